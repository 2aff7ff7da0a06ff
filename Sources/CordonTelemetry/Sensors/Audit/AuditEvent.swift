import CordonCore

/// What the records of one serial said so far.
struct AuditEvent: Sendable {
  /// Longest path or module name that is kept, in bytes.
  static let stringLimit = CanonicalName.pathLimit

  /// What a CONFIG_CHANGE or one of our own notes said.
  struct Change: Sendable {
    var operation = ""
    var key: [UInt8] = []
    /// The new value of `audit_enabled`, and the one before.
    var enabled: Int64?
    var wasEnabled: Int64?
    var succeeded = true
  }

  var serial: UInt64
  var time: Timestamp
  var hasSyscall = false
  var call: AuditSyscall?
  var succeeded: Bool?
  var exit: Int64 = 0
  var firstArgument: UInt64 = 0
  var secondArgument: UInt64 = 0
  var thirdArgument: UInt64 = 0
  /// The short name of the process that the call was about.
  var target: [UInt8] = []
  var pid: UInt32 = 0
  var parent: UInt32 = 0
  var loginUser: UInt32 = .max
  var user: UInt32 = .max
  var effectiveUser: UInt32 = .max
  var executable: [UInt8] = []
  var peer: (address: IPAddress, port: UInt16)?
  /// Item 0 of its paths.
  var path: [UInt8] = []
  var workingFolder: [UInt8] = []
  var module: [UInt8] = []
  /// Of EXECVE: with a zero byte between them.
  var arguments: [UInt8] = []
  /// No argument was taken yet: the first may be empty.
  var isFirstArgument = true
  var change: Change?
  /// What the note says happened, from our own source.
  var isNote = false

  init(serial: UInt64, time: Timestamp) {
    self.serial = serial
    self.time = time
  }

  /// Takes in one record's fields; false where they make no sense for the record's kind.
  mutating func take(_ record: AuditRecord, _ bytes: Span<UInt8>) -> Bool {
    switch record.type {
    case .syscall: return takeSyscall(record, bytes)
    case .socketAddress: return takeSocketAddress(record, bytes)
    case .path: return takePath(record, bytes)
    case .workingFolder:
      workingFolder = string("cwd", record, bytes) ?? []
      return !workingFolder.isEmpty
    case .kernelModule:
      module = string("name", record, bytes) ?? []
      return !module.isEmpty
    case .configChange, .cordonNote:
      isNote = record.type == .cordonNote
      return takeChange(record, bytes)
    case .execve: return takeArguments(record, bytes)
    case .targetProcess:
      target = string("ocomm", record, bytes) ?? []
      return true
    // A title is what the arguments were.
    case .processTitle, .endOfEvent: return true
    }
  }

  private func string(_ key: StaticString, _ record: AuditRecord, _ bytes: Span<UInt8>) -> [UInt8]? {
    let wanted = AuditFields.key(key)
    var fields = AuditFields(record.fields)
    while let field = fields.next(in: bytes) {
      if field.key == wanted { return field.string(in: bytes, most: Self.stringLimit) }
    }
    return nil
  }
}

extension AuditEvent {
  /// Keys of SYSCALL, packed once.
  private enum Key {
    static let arch = AuditFields.key("arch")
    static let syscall = AuditFields.key("syscall")
    static let success = AuditFields.key("success")
    static let exit = AuditFields.key("exit")
    static let a0 = AuditFields.key("a0")
    static let a1 = AuditFields.key("a1")
    static let a2 = AuditFields.key("a2")
    static let ppid = AuditFields.key("ppid")
    static let pid = AuditFields.key("pid")
    static let auid = AuditFields.key("auid")
    static let uid = AuditFields.key("uid")
    static let euid = AuditFields.key("euid")
    static let exe = AuditFields.key("exe")
    static let saddr = AuditFields.key("saddr")
    static let item = AuditFields.key("item")
    static let name = AuditFields.key("name")
    static let op = AuditFields.key("op")
    static let key = AuditFields.key("key")
    static let old = AuditFields.key("old")
    static let res = AuditFields.key("res")
  }

  private mutating func takeSyscall(_ record: AuditRecord, _ bytes: Span<UInt8>) -> Bool {
    var architecture: UInt64?
    var number: Int64?
    var fields = AuditFields(record.fields)
    while let field = fields.next(in: bytes) {
      switch field.key {
      case Key.arch: architecture = field.hexadecimal(in: bytes)
      case Key.syscall: number = field.integer(in: bytes)
      case Key.success: succeeded = bytes.extracting(field.value).has("yes", at: 0)
      case Key.exit: exit = field.integer(in: bytes) ?? 0
      case Key.a0: firstArgument = field.hexadecimal(in: bytes) ?? 0
      case Key.a1: secondArgument = field.hexadecimal(in: bytes) ?? 0
      case Key.a2: thirdArgument = field.hexadecimal(in: bytes) ?? 0
      case Key.ppid: parent = UInt32(clamping: field.integer(in: bytes) ?? 0)
      case Key.pid: pid = UInt32(clamping: field.integer(in: bytes) ?? 0)
      case Key.auid: loginUser = Self.user(field, bytes)
      case Key.uid: user = Self.user(field, bytes)
      case Key.euid: effectiveUser = Self.user(field, bytes)
      case Key.exe: executable = field.string(in: bytes, most: Self.stringLimit)
      default: continue
      }
      // `exe` stands behind all others that are read.
      if field.key == Key.exe { break }
    }
    guard let architecture = architecture.flatMap({ UInt32(exactly: $0) }),
      let number = number.flatMap({ UInt32(exactly: $0) })
    else { return false }
    hasSyscall = true
    call = AuditSyscall.classify(architecture: architecture, number: number)
    return true
  }

  private static func user(_ field: AuditFields.Field, _ bytes: Span<UInt8>) -> UInt32 {
    // -1 in old logs, 4294967295 in new ones: nobody.
    field.integer(in: bytes).flatMap { UInt32(exactly: $0) } ?? .max
  }

  /// `saddr` is a struct sockaddr in hexadecimal; families other than IPv4 and IPv6 leave no peer.
  private mutating func takeSocketAddress(_ record: AuditRecord, _ bytes: Span<UInt8>) -> Bool {
    var fields = AuditFields(record.fields)
    while let field = fields.next(in: bytes) {
      guard field.key == Key.saddr else { continue }
      guard let address = field.decodedHex(in: bytes, most: 128), address.count >= 2 else { return false }
      let family = UInt16(address[0]) | UInt16(address[1]) << 8
      guard address.count >= (family == 10 ? 24 : 8), family == 2 || family == 10 else {
        return family != 2 && family != 10
      }
      let port = UInt16(address[2]) << 8 | UInt16(address[3])
      guard let peer = IPAddress(bytes: family == 2 ? address[4..<8] : address[8..<24]) else { return false }
      self.peer = (peer, port)
      return true
    }
    return false
  }

  private mutating func takePath(_ record: AuditRecord, _ bytes: Span<UInt8>) -> Bool {
    var isFirst = false
    var fields = AuditFields(record.fields)
    while let field = fields.next(in: bytes) {
      if field.key == Key.item { isFirst = field.integer(in: bytes) == 0 }
      guard field.key == Key.name else { continue }
      if isFirst { path = field.string(in: bytes, most: Self.stringLimit) }
      return true
    }
    return false
  }

  private mutating func takeChange(_ record: AuditRecord, _ bytes: Span<UInt8>) -> Bool {
    var change = Change()
    var fields = AuditFields(record.fields)
    while let field = fields.next(in: bytes) {
      switch field.key {
      case Key.op: change.operation = String(decoding: field.string(in: bytes, most: 64), as: UTF8.self)
      case Key.key: change.key = field.string(in: bytes, most: 256)
      case Key.old: change.wasEnabled = field.integer(in: bytes)
      case Key.auid: loginUser = Self.user(field, bytes)
      case Key.pid: pid = UInt32(clamping: field.integer(in: bytes) ?? 0)
      case Key.res: change.succeeded = field.integer(in: bytes) != 0
      default:
        if bytes.extracting(field.keyRange).has("audit_enabled", at: 0) { change.enabled = field.integer(in: bytes) }
      }
    }
    self.change = change
    return true
  }
}
