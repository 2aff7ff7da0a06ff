import CordonCore

/// An entry of systemd's journal, as the line of a log that a syslog daemon would have made of it.
///
/// Who wrote it is known better than from a file: the journal itself notes the writer's process, user and program, in
/// fields whose names begin with `_`, which no writer can set.
struct JournalEntry: Sendable {
  /// Bytes of one entry in JSON; journalctl leaves out texts over 4,096 bytes, and writes those that are not UTF-8 as
  /// up to four letters a byte.
  static let lengthLimit = 32 << 10
  /// Bytes of a program's name and of a message that are kept.
  private static let nameLimit = 256
  private static let messageLimit = 4096

  /// The program's name, then the message.
  let bytes: [UInt8]
  let line: SyslogLine
  /// The writer's real user; nil where the journal does not know.
  let user: UInt32?
  /// The path of the writer's program; empty where it had ended before the journal looked.
  let executable: String

  /// Nil for what is no entry, or has no time.
  static func read(_ record: [UInt8]) -> JournalEntry? {
    guard record.count <= lengthLimit else { return nil }
    var reader = JSONReader(record)
    var (name, message, host) = ([UInt8](), [UInt8](), [UInt8]())
    var (time, pid, user, executable) = (UInt64?.none, UInt32(0), UInt32?.none, "")
    reader.members { reader, field in
      switch field {
      case "__REALTIME_TIMESTAMP": time = reader.text().flatMap { UInt64($0) }
      case "SYSLOG_IDENTIFIER": name = text(&reader, most: nameLimit)
      case "MESSAGE": message = text(&reader, most: messageLimit)
      case "_HOSTNAME": host = text(&reader, most: nameLimit)
      case "_PID": pid = reader.text().flatMap { UInt32($0) } ?? 0
      case "_UID": user = reader.text().flatMap { UInt32($0) }
      case "_EXE": executable = reader.text() ?? ""
      default: break
      }
    }
    guard !reader.isDamaged, reader.isAtEnd, let time, let milliseconds = Int64(exactly: time / 1000) else {
      return nil
    }
    let line = SyslogLine(
      stamp: .moment(Timestamp(milliseconds: milliseconds)),
      host: (name.count + message.count)..<(name.count + message.count + host.count), program: 0..<name.count, pid: pid,
      message: name.count..<(name.count + message.count))
    return JournalEntry(bytes: name + message + host, line: line, user: user, executable: executable)
  }

  /// Whether who wrote it may say so of a service.
  ///
  /// Anybody can sign as sshd. What lets people in runs as root; what a person starts, as su and sudo, runs with that
  /// person's real user, and is believed unless the journal saw that it was one of the programs that write anything.
  func bearsOut(_ service: Authentication.Service) -> Bool {
    if user == 0 { return true }
    guard service != .ssh, service != .login else { return false }
    guard !executable.isEmpty else { return service == .su || service == .sudo }
    let isOfSystem = Self.systemFolders.contains { executable.hasPrefix($0) }
    return isOfSystem && !Self.writers.contains { executable.hasSuffix($0) }
  }

  private static let systemFolders = ["/usr/", "/bin/", "/sbin/", "/lib"]
  private static let writers = ["/logger", "/systemd-cat"]

  /// A text; or what is not UTF-8, as an array of its bytes; or the first of several fields of one name.
  private static func text(_ reader: inout JSONReader, most limit: Int) -> [UInt8] {
    if reader.isAtText { return Array((reader.text() ?? "").utf8.prefix(limit)) }
    var bytes: [UInt8] = []
    reader.elements { element in
      if element.isAtText {
        let text = element.text() ?? ""
        if bytes.isEmpty { bytes = Array(text.utf8.prefix(limit)) }
      } else if let byte = element.byte(), bytes.count < limit {
        bytes.append(byte)
      }
    }
    return bytes
  }
}

extension JSONReader {
  /// A number from 0 to 255; nil for another value, which is passed over.
  fileprivate mutating func byte() -> UInt8? {
    skipSpace()
    let start = position
    skip()
    guard !isDamaged else { return nil }
    var value = 0
    for digit in bytes[start..<position] {
      guard (0x30...0x39).contains(digit), value < 256 else { return nil }
      value = value * 10 + Int(digit - 0x30)
    }
    return position > start ? UInt8(exactly: value) : nil
  }
}
