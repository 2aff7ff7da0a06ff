import CordonCore
import CordonTelemetry
import Testing

/// System calls that attacks need: which are told of, which are every day's work, and what the kernel is asked.
@Suite struct AuditSensitiveTests {
  /// One event of a call on amd64, with more records behind it.
  static func event(
    _ call: Int, _ a0: String = "0", _ a1: String = "0", _ a2: String = "0", auid: UInt32 = 1000,
    success: String = "yes",
    more: String = ""
  ) -> String {
    let stamp = "msg=audit(1767225604.000:94000):"
    let behind = more.isEmpty ? "" : "type=\(more.replacing("STAMP", with: stamp))\n"
    return """
      type=SYSCALL \(stamp) arch=c000003e syscall=\(call) success=\(success) exit=0 a0=\(a0) a1=\(a1) a2=\(a2) a3=0 \
      items=0 ppid=1 pid=2500 auid=\(auid) uid=0 gid=0 euid=0 comm="x" exe="/usr/bin/x" key="cordon"
      \(behind)type=PROCTITLE \(stamp) proctitle="x"
      """
  }

  static func call(_ text: String) -> SensitiveCall? {
    let found = AuditParserTests.observe(text).filter { $0.activity == .sensitiveCall }
    guard found.count == 1, case .call(let call) = found[0].object else { return nil }
    return call
  }

  private static let target = #"OBJ_PID STAMP opid=812 oauid=-1 ouid=0 oses=-1 ocomm="sshd""#
  private static let path = #"PATH STAMP item=0 name="/tmp/sh" inode=20 mode=0104755 nametype=NORMAL"#
  private static let relative = #"CWD STAMP cwd="/tmp""# + "\ntype=" + #"PATH STAMP item=0 name="sh" nametype=NORMAL"#

  @Test(arguments: [
    (event(101, "10", "32c", more: target), SensitiveCall(kind: .processAccess, target: Array("sshd".utf8))),
    (event(101, "4206", "32c"), SensitiveCall(kind: .processAccess)),
    (event(311, "32c"), SensitiveCall(kind: .processAccess)), (event(438), SensitiveCall(kind: .processAccess)),
    (event(321, "5"), SensitiveCall(kind: .kernelInterface)), (event(425), SensitiveCall(kind: .kernelInterface)),
    (event(165), SensitiveCall(kind: .isolation)), (event(272), SensitiveCall(kind: .isolation)),
    (event(90, "1", "9ed", more: path), SensitiveCall(kind: .rightsPlanted, path: Array("/tmp/sh".utf8))),
    (event(268, "1", "2", "800", more: relative), SensitiveCall(kind: .rightsPlanted, path: Array("/tmp/sh".utf8))),
    (event(91, "3", "9ed"), SensitiveCall(kind: .rightsPlanted)), (event(320), SensitiveCall(kind: .kernelReplaced)),
    (event(227), SensitiveCall(kind: .clockSet)),
  ])
  func `what attacks need is told`(text: String, call: SensitiveCall) { #expect(Self.call(text) == call) }

  /// Others' rules may record them all.
  @Test(arguments: [
    event(101, "0"), event(101, "3"), event(101, "10", success: "no"), event(321, "1"), event(165, auid: .max),
    event(90, "1", "1ed", more: path), event(268, "9ed", "9ed", "1a4"), event(268, "1", "ffffffff", "g"),
  ])
  func `every day's work is not`(text: String) { #expect(Self.call(text) == nil) }

  @Test func `the kernel is asked for those alone, on each architecture`() {
    var policy = Policy.AuditSensor()
    (policy.exec, policy.connect, policy.privilege, policy.modules) = (false, false, false, false)
    let rules = AuditRule.rules(for: policy, excluding: [], key: "cordon", architectures: [.amd64, .aarch64])
    #expect(rules.count == 14)
    policy.sensitive = false
    #expect(AuditRule.rules(for: policy, excluding: [], key: "cordon").isEmpty)
    // fchmodat's third argument has the bit 04000.
    let bytes = rules[6].encoded
    #expect((67..<70).map { AuditRuleTests.word(bytes, $0) } == [11, 104, 202])
    #expect((131..<134).map { AuditRuleTests.word(bytes, $0) } == [0xC000_003E, 1, 0o4000])
    #expect((195..<198).map { AuditRuleTests.word(bytes, $0) } == [0x4000_0000, 0x4000_0000, 0x0800_0000])
    // A mount is asked for where somebody logged in: the login user is set.
    #expect((67..<70).map { AuditRuleTests.word(rules[4].encoded, $0) } == [11, 104, 9])
    #expect(AuditRuleTests.word(rules[4].encoded, 133) == .max)
  }

  @Test func `no number means two calls`() {
    for architecture in AuditSyscall.Architecture.allCases {
      let numbers = AuditSyscall.allCases.flatMap { architecture.numbers(of: $0) }
      #expect(Set(numbers).count == numbers.count, "\(architecture)")
    }
  }
}
