import CLinux
import CordonCore
import Glibc

/// What the kernel says of its audit system, as struct audit_status has it.
struct AuditStatus: Hashable, Sendable {
  /// 0 off, 1 on, 2 on and locked until the next boot.
  var enabled: UInt32
  /// The audit daemon's, or 0.
  var daemon: UInt32
  var backlogLimit: UInt32
  /// Records lost since boot.
  var lost: UInt32
  /// Milliseconds or ticks that a process waits when the backlog is full.
  var backlogWait: UInt32

  var isLocked: Bool { enabled == 2 }

  /// Nil for fewer than the 40 bytes that every kernel since 3.14 sends.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 40 else { return nil }
    func word(_ index: Int) -> UInt32 {
      UInt32(bytes[4 * index]) | UInt32(bytes[4 * index + 1]) << 8 | UInt32(bytes[4 * index + 2]) << 16
        | UInt32(bytes[4 * index + 3]) << 24
    }
    enabled = word(1)
    daemon = word(3)
    backlogLimit = word(5)
    lost = word(6)
    backlogWait = word(9)
  }
}

/// Requests to the kernel's audit system over a netlink socket of their own; one at a time.
struct AuditControl: ~Copyable {
  /// Rules that are read back at most.
  static let ruleLimit = 4096

  private let socket: Int32
  private var sequence: UInt32 = 0

  /// Throws where the kernel has no audit system or does not let this process speak to it.
  init() throws(CordonError) {
    socket = Glibc.socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), NETLINK_AUDIT)
    guard socket >= 0 else {
      throw CordonError(
        .unavailable, "audit-not-there", "The kernel has no audit system: \(String(cString: strerror(errno))).",
        remedy: "Use a kernel built with CONFIG_AUDIT and not booted with audit=0.")
    }
    var wait = timeval(tv_sec: 2, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(socket) }

  mutating func status() throws(CordonError) -> AuditStatus {
    let answers = try request(UInt16(AUDIT_GET), [])
    guard let status = answers.lazy.compactMap({ AuditStatus($0) }).first else {
      throw CordonError(.unavailable, "audit-no-status", "The kernel's audit system gave no readable status.")
    }
    return status
  }

  mutating func setEnabled(_ enabled: UInt32) throws(CordonError) {
    try set(mask: UInt32(AUDIT_STATUS_ENABLED), at: 1, to: enabled)
  }

  mutating func setBacklog(limit: UInt32) throws(CordonError) {
    try set(mask: UInt32(AUDIT_STATUS_BACKLOG_LIMIT), at: 5, to: limit)
  }

  mutating func setBacklog(wait: UInt32) throws(CordonError) {
    try set(mask: UInt32(AUDIT_STATUS_BACKLOG_WAIT_TIME), at: 9, to: wait)
  }

  /// Adds a rule; one that is there already is fine.
  mutating func add(_ rule: [UInt8]) throws(CordonError) {
    do throws(CordonError) { _ = try request(UInt16(AUDIT_ADD_RULE), rule) } catch  where error.code == "audit-exists" {
    }
  }

  /// Removes a rule; one that is not there is fine.
  mutating func remove(_ rule: [UInt8]) throws(CordonError) {
    do throws(CordonError) { _ = try request(UInt16(AUDIT_DEL_RULE), rule) } catch  where error.code == "audit-missing"
    {}
  }

  /// Every rule of the exit filter and others, as the kernel encodes them.
  mutating func rules() throws(CordonError) -> [[UInt8]] { try request(UInt16(AUDIT_LIST_RULES), []) }

  private mutating func set(mask: UInt32, at index: Int, to value: UInt32) throws(CordonError) {
    var words = [UInt32](repeating: 0, count: 11)
    words[0] = mask
    words[index] = value
    _ = try request(UInt16(AUDIT_SET), words.flatMap { word in withUnsafeBytes(of: word) { Array($0) } })
  }

  /// Sends one message and gathers what answers it, until the acknowledgement or the end of a list.
  private mutating func request(_ type: UInt16, _ payload: [UInt8]) throws(CordonError) -> [[UInt8]] {
    sequence &+= 1
    let flags = UInt16(NLM_F_REQUEST) | UInt16(NLM_F_ACK)
    var message: [UInt8] = []
    withUnsafeBytes(of: UInt32(16 + payload.count)) { message += $0 }
    withUnsafeBytes(of: type) { message += $0 }
    withUnsafeBytes(of: flags) { message += $0 }
    withUnsafeBytes(of: sequence) { message += $0 }
    message += [0, 0, 0, 0] + payload
    guard send(socket, message, message.count, 0) == message.count else { throw refusal(type, errno) }
    // Status and lists come after the acknowledgement; everything else is done with it.
    let isAnswered = type == UInt16(AUDIT_GET) || type == UInt16(AUDIT_LIST_RULES)
    var answers: [[UInt8]] = []
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while answers.count < Self.ruleLimit {
      let count = recv(socket, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count >= 16 else { throw refusal(type, count < 0 ? errno : EIO) }
      let answer = UInt16(buffer[4]) | UInt16(buffer[5]) << 8
      if answer == UInt16(NLMSG_DONE) { return answers }
      if answer == UInt16(NLMSG_ERROR) {
        guard count >= 20 else { throw refusal(type, EIO) }
        let code = Int32(
          bitPattern: UInt32(buffer[16]) | UInt32(buffer[17]) << 8 | UInt32(buffer[18]) << 16 | UInt32(buffer[19]) << 24
        )
        guard code == 0 else { throw refusal(type, -code) }
        if isAnswered { continue }
        return answers
      }
      guard answer == type else { continue }
      answers.append(Array(buffer[16..<count]))
      if type == UInt16(AUDIT_GET) { return answers }
    }
    return answers
  }

  private func refusal(_ type: UInt16, _ error: Int32) -> CordonError {
    let text = String(cString: strerror(error))
    return switch error {
    case EPERM, EACCES:
      CordonError(
        .denied, "audit-denied", "The kernel's audit system refused request \(type): \(text).",
        remedy: "Run the keeper as root with CAP_AUDIT_CONTROL and CAP_AUDIT_READ; in a container, on the host.")
    case EEXIST: CordonError(.conflict, "audit-exists", "The audit rule is there already.")
    case ENOENT: CordonError(.missing, "audit-missing", "The audit rule is not there.")
    case ECONNREFUSED:
      CordonError(
        .unavailable, "audit-not-there", "The kernel's audit system does not answer in this network or user namespace.",
        remedy: "Run the agent in the host's namespaces.")
    default: CordonError(.unavailable, "audit-failed", "The kernel's audit system failed request \(type): \(text).")
    }
  }
}
