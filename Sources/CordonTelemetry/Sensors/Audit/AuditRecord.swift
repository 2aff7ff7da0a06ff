import CordonCore

/// Where an audit record's parts are: kind, event time, serial, and the range of its fields.
///
/// Reads both framings: a netlink message as the kernel sends it, and a line of a log file.
struct AuditRecord: Hashable, Sendable {
  /// Bytes of a netlink message's head.
  static let headLength = 16
  /// Longest record: the kernel's MAX_AUDIT_MESSAGE_LENGTH and the head.
  static let lengthLimit = 8970 + headLength

  /// What a record turned out to be.
  enum Reading: Hashable, Sendable {
    case record(AuditRecord)
    /// Well formed, of a kind that nobody here reads.
    case other
    case malformed
  }

  var type: AuditRecordType
  var time: Timestamp
  var serial: UInt64
  /// Of `key=value` fields, within the record's bytes.
  var fields: Range<Int>

  /// A record begins with `type=` or `node=` where it is a log line; else it is a netlink message.
  static func read(_ bytes: Span<UInt8>) -> Reading {
    guard bytes.count > 5, bytes.count <= lengthLimit else { return .malformed }
    let isLine =
      bytes.has("type=", at: 0) || bytes.has("node=", at: 0)
    return isLine ? readLine(bytes) : readMessage(bytes)
  }

  private static func readMessage(_ bytes: Span<UInt8>) -> Reading {
    guard bytes.count > headLength else { return .malformed }
    // The kernel's length field excludes or includes the head, by version and by path: the datagram's own length counts.
    let number = UInt16(bytes[4]) | UInt16(bytes[5]) << 8
    guard let type = AuditRecordType(rawValue: number) else { return number >= 1000 ? .other : .malformed }
    var end = bytes.count
    while end > headLength, bytes[end - 1] == 0 || bytes[end - 1] == 0x0A { end -= 1 }
    return readStamp(bytes, headLength..<end, type: type)
  }

  private static func readLine(_ bytes: Span<UInt8>) -> Reading {
    var start = 0
    if bytes.has("node=", at: 0) {
      guard let space = bytes.first(of: 0x20, in: 0..<bytes.count) else { return .malformed }
      start = space + 1
    }
    guard bytes.has("type=", at: start) else { return .malformed }
    start += 5
    guard let space = bytes.first(of: 0x20, in: start..<bytes.count), bytes.has("msg=", at: space + 1) else {
      return .malformed
    }
    guard let type = AuditRecordType(name: bytes.extracting(start..<space)) else { return .other }
    var end = bytes.count
    while end > 0, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
    // After a group separator come the daemon's translations of the fields before it.
    if let separator = bytes.first(of: 0x1D, in: 0..<end) { end = separator }
    guard space + 5 <= end else { return .malformed }
    return readStamp(bytes, (space + 5)..<end, type: type)
  }

  /// `audit(1364481363.243:24287): `, then the fields.
  private static func readStamp(_ bytes: Span<UInt8>, _ range: Range<Int>, type: AuditRecordType) -> Reading {
    guard bytes.has("audit(", at: range.lowerBound) else { return .malformed }
    var position = range.lowerBound + 6
    guard let seconds = bytes.number(at: &position, before: range.upperBound, ending: UInt8(ascii: ".")),
      let milliseconds = bytes.number(at: &position, before: range.upperBound, ending: UInt8(ascii: ":")),
      let serial = bytes.number(at: &position, before: range.upperBound, ending: UInt8(ascii: ")")),
      seconds < 9_000_000_000, milliseconds < 1000
    else { return .malformed }
    if position < range.upperBound, bytes[position] == UInt8(ascii: ":") { position += 1 }
    let time = Timestamp(milliseconds: Int64(seconds) * 1000 + Int64(milliseconds))
    return .record(
      AuditRecord(type: type, time: time, serial: serial, fields: min(position, range.upperBound)..<range.upperBound))
  }
}

extension Span<UInt8> {
  /// Whether these ASCII letters stand at a position.
  func has(_ text: StaticString, at position: Int) -> Bool {
    guard position >= 0, position + text.utf8CodeUnitCount <= count else { return false }
    for offset in 0..<text.utf8CodeUnitCount where self[position + offset] != text.utf8Start[offset] { return false }
    return true
  }

  func first(of byte: UInt8, in range: Range<Int>) -> Int? {
    var index = range.lowerBound
    while index < range.upperBound {
      if self[index] == byte { return index }
      index += 1
    }
    return nil
  }

  /// A decimal number of at most 18 digits up to a terminator, which is stepped over.
  func number(at position: inout Int, before end: Int, ending terminator: UInt8) -> UInt64? {
    let start = position
    var value: UInt64 = 0
    while position < end, position - start <= 18 {
      let byte = self[position]
      position += 1
      if byte == terminator { return position - start > 1 ? value : nil }
      guard (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + UInt64(byte - 0x30)
    }
    return nil
  }
}
