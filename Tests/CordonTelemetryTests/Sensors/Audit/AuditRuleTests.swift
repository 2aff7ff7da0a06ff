import CordonCore
import CordonTelemetry
import Testing

@Suite struct AuditRuleTests {
  static func word(_ bytes: [UInt8], _ index: Int) -> UInt32 {
    (0..<4).reversed().reduce(0) { $0 << 8 | UInt32(bytes[4 * index + $1]) }
  }

  @Test func `a rule is laid out as the kernel reads it`() throws {
    var policy = Policy.AuditSensor()
    (policy.connect, policy.privilege, policy.modules, policy.sensitive) = (false, false, false, false)
    let rules = AuditRule.rules(for: policy, excluding: [77], key: "cordon-x", architectures: [.amd64])
    let bytes = try #require(rules.first).encoded
    #expect(rules.count == 1)
    #expect(bytes.count == 1040 + 8)
    // Exit filter, always, three fields; execve is 59 and execveat 322.
    #expect((0..<3).map { Self.word(bytes, $0) } == [4, 2, 3])
    #expect(Self.word(bytes, 3 + 59 / 32) == 1 << (59 % 32))
    #expect(Self.word(bytes, 3 + 322 / 32) == 1 << (322 % 32))
    // arch, pid, key; then their values and how they compare.
    #expect((67..<70).map { Self.word(bytes, $0) } == [11, 0, 210])
    #expect((131..<134).map { Self.word(bytes, $0) } == [0xC000_003E, 77, 8])
    #expect((195..<198).map { Self.word(bytes, $0) } == [0x4000_0000, 0x3000_0000, 0x4000_0000])
    #expect(AuditRule.key(inListed: bytes) == "cordon-x")
  }

  @Test func `each switch of the policy has its rules, on each architecture`() {
    func count(_ change: (inout Policy.AuditSensor) -> Void) -> Int {
      var policy = Policy.AuditSensor()
      (policy.exec, policy.connect, policy.privilege, policy.modules) = (false, false, false, false)
      policy.sensitive = false
      change(&policy)
      return AuditRule.rules(for: policy, excluding: [], key: "cordon", architectures: [.amd64, .i386]).count
    }
    #expect(count { _ in } == 0)
    #expect(count { $0.exec = true } == 2)
    // On 32 bits also by way of socketcall.
    #expect(count { $0.connect = true } == 3)
    #expect(count { $0.privilege = true } == 2)
    #expect(count { $0.modules = true } == 2)
  }

  @Test(arguments: [0, 1, 1039, 1040, 1047]) func `a listed rule that is cut has no key`(length: Int) throws {
    let rule = try #require(
      AuditRule.rules(for: Policy.AuditSensor(), excluding: [], key: "cordon-x", architectures: [.amd64]).first)
    #expect(AuditRule.key(inListed: Array(rule.encoded.prefix(length))) == nil)
  }
}
