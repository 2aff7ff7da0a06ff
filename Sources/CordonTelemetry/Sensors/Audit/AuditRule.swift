import CLinux
package import CordonCore

/// One rule for the kernel's exit filter, as struct audit_rule_data has it on the wire.
package struct AuditRule: Hashable, Sendable {
  /// Of the kernel's fixed part: flags, action, field count, 64 words of call mask, three arrays of 64 words, length.
  static let fixedLength = 4 * (3 + 64 + 3 * 64 + 1)
  /// Fields in one rule, at most; the kernel's own limit is 64.
  static let fieldLimit = 32

  package struct Field: Hashable, Sendable {
    var field: UInt32
    var comparison: UInt32
    var value: UInt32
  }

  package var calls: Set<UInt32>
  package var fields: [Field]
  /// What its records are labelled with.
  package var key: String

  /// The rule as bytes, for AUDIT_ADD_RULE and AUDIT_DEL_RULE alike.
  package var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.fixedLength + key.utf8.count)
    var mask = [UInt32](repeating: 0, count: 64)
    for call in calls where call < 2048 { mask[Int(call / 32)] |= 1 << (call % 32) }
    let all = fields + [Field(field: UInt32(AUDIT_FILTERKEY), comparison: Self.equal, value: UInt32(key.utf8.count))]
    let padding = [UInt32](repeating: 0, count: 64 - all.count)
    let words =
      [UInt32(AUDIT_FILTER_EXIT), UInt32(AUDIT_ALWAYS), UInt32(all.count)] + mask + all.map(\.field) + padding
      + all.map(\.value) + padding + all.map(\.comparison) + padding + [UInt32(key.utf8.count)]
    for word in words { withUnsafeBytes(of: word) { bytes += $0 } }
    return bytes + Array(key.utf8)
  }

  static let equal: UInt32 = 0x4000_0000
  static let notEqual: UInt32 = 0x3000_0000
  /// AUDIT_BIT_MASK.
  static let anyBit: UInt32 = 0x0800_0000

  /// The key of a rule as the kernel lists it; nil where it has none or is malformed.
  package static func key(inListed bytes: [UInt8]) -> String? {
    guard bytes.count >= fixedLength else { return nil }
    func word(_ index: Int) -> Int {
      Int(bytes[4 * index]) | Int(bytes[4 * index + 1]) << 8 | Int(bytes[4 * index + 2]) << 16
        | Int(bytes[4 * index + 3]) << 24
    }
    var offset = fixedLength
    for index in 0..<min(word(2), 64) {
      let field = word(3 + 64 + index)
      let isText =
        field == Int(AUDIT_FILTERKEY) || field == Int(AUDIT_WATCH) || field == Int(AUDIT_DIR)
        || field == Int(AUDIT_EXE) || (Int(AUDIT_SUBJ_USER)...Int(AUDIT_SUBJ_CLR)).contains(field)
        || (Int(AUDIT_OBJ_USER)...Int(AUDIT_OBJ_LEV_HIGH)).contains(field)
      guard isText else { continue }
      let length = word(3 + 128 + index)
      guard length >= 0, offset + length <= bytes.count else { return nil }
      if field == Int(AUDIT_FILTERKEY) { return String(decoding: bytes[offset..<(offset + length)], as: UTF8.self) }
      offset += length
    }
    return nil
  }

  /// The rules that a policy asks for, for each architecture of this machine; `excluding` are Cordon's own processes.
  package static func rules(
    for policy: Policy.AuditSensor, excluding processes: Set<UInt32>, key: String,
    architectures: [AuditSyscall.Architecture] = AuditSyscall.Architecture.native
  ) -> [AuditRule] {
    let others = processes.sorted().prefix(fieldLimit - 4).map {
      Field(field: UInt32(AUDIT_PID), comparison: notEqual, value: $0)
    }
    var rules: [AuditRule] = []
    for architecture in architectures {
      let head = [Field(field: UInt32(AUDIT_ARCH), comparison: equal, value: architecture.rawValue)] + others
      func add(_ calls: [AuditSyscall], _ more: [Field] = []) {
        let numbers = Set(calls.flatMap { architecture.numbers(of: $0) })
        guard !numbers.isEmpty else { return }
        rules.append(AuditRule(calls: numbers, fields: head + more, key: key))
      }
      if policy.exec { add([.exec]) }
      // Sockets within the machine, of family 1, are a multiple of all others and are looked at by nobody.
      if policy.connect {
        add([.connect], [Field(field: UInt32(AUDIT_SADDR_FAM), comparison: notEqual, value: 1)])
        add([.socketCall], [Field(field: UInt32(AUDIT_ARG0), comparison: equal, value: 3)])
      }
      if policy.privilege { add([.privilege], [Field(field: UInt32(AUDIT_SUCCESS), comparison: equal, value: 1)]) }
      if policy.modules { add([.moduleLoad, .moduleUnload]) }
      if policy.sensitive { for rule in sensitive { add(rule.calls, rule.fields) } }
    }
    return rules
  }

  /// What is asked of calls that every day's work hardly needs, so that it is not the hundreds a second that debuggers,
  /// browsers and service managers make: only those that succeed, and of the busy ones only what attacks need.
  private static let sensitive: [(calls: [AuditSyscall], fields: [Field])] = {
    func field(_ field: Int32, _ comparison: UInt32, _ value: UInt32) -> Field {
      Field(field: UInt32(field), comparison: comparison, value: value)
    }
    let succeeded = field(AUDIT_SUCCESS, equal, 1)
    let setUserID: UInt32 = 0o4000
    return [
      ([.trace], [succeeded, field(AUDIT_ARG0, equal, UInt32(AuditInterpreter.attach))]),
      ([.trace], [succeeded, field(AUDIT_ARG0, equal, UInt32(AuditInterpreter.seize))]),
      ([.bpf], [succeeded, field(AUDIT_ARG0, equal, UInt32(AuditInterpreter.loadProgram))]),
      ([.processWrite, .kernelInterface, .kernelReplace, .clockSet], [succeeded]),
      // Service managers and container engines do little else; people seldom do.
      ([.isolation], [succeeded, field(AUDIT_LOGINUID, notEqual, .max)]),
      ([.changeMode], [succeeded, field(AUDIT_ARG1, anyBit, setUserID)]),
      ([.changeModeAt], [succeeded, field(AUDIT_ARG2, anyBit, setUserID)]),
    ]
  }()
}
