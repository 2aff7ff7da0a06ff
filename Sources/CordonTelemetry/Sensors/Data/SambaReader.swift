import CordonCore

/// Lines of Samba's full_audit, by way of syslog: `smbd_audit: ann|10.0.0.7|ward|unlinkat|ok|/srv/ward/a.txt`.
///
/// The prefix begins with user and address, as `full_audit:prefix = %u|%I|%S` has it. What is opened is told by
/// `create_file` and its access mask: smbd's own openings (`openat`) are dozens for each.
enum SambaReader {
  /// Parts before which the operation must stand.
  private static let prefixLimit = 8

  private enum Operation {
    case connect, open, rename, remove
  }

  static func read(_ line: Span<UInt8>) -> DataEvent.Reading {
    guard let syslog = SyslogLine.read(line) else { return .malformed }
    guard line.has("smbd_audit", at: syslog.program.lowerBound) else { return .other }
    let parts = cut(line, syslog.message)
    guard let index = operationIndex(line, parts) else { return .other }
    let outcome = parts[index + 1]
    var event = DataEvent(.logOn, at: syslog.stamp)
    event.user = line.text(in: parts[0])
    event.origin = line.text(in: parts[1])
    if !line.equals("ok", in: outcome) {
      // What is not there, or is there already, is no refusal.
      guard
        line.has("fail (Permission denied)", at: outcome.lowerBound)
          || line.has("fail (Operation not permitted)", at: outcome.lowerBound)
      else { return .other }
      event.isFailure = true
    }
    guard let operation = operation(line, parts[index]) else { return .other }
    let rest = parts[(index + 2)...]
    switch operation {
    case .connect: return .event(event)
    case .remove: event.kind = .access(.remove)
    case .rename: event.kind = .access(.write)
    case .open:
      guard rest.count >= 4, line.equals("file", in: rest[rest.startIndex + 1]),
        let act = act(ofMask: line.text(in: rest[rest.startIndex]))
      else { return .other }
      event.kind = .access(act)
    }
    // A name may hold bars; only its hash is counted.
    guard let object = rest.last else { return .malformed }
    event.object = object.map { line[$0] }
    return .event(event)
  }

  /// The first known operation with an outcome behind it: names of machines and shares hold no bars.
  private static func operationIndex(_ line: Span<UInt8>, _ parts: [Range<Int>]) -> Int? {
    guard parts.count > 3 else { return nil }
    return (2..<min(parts.count - 1, prefixLimit)).first { index in
      operation(line, parts[index]) != nil
        && (line.equals("ok", in: parts[index + 1]) || line.has("fail (", at: parts[index + 1].lowerBound))
    }
  }

  private static func operation(_ line: Span<UInt8>, _ word: Range<Int>) -> Operation? {
    if line.equals("connect", in: word) { return .connect }
    if line.equals("create_file", in: word) { return .open }
    if line.equals("renameat", in: word) || line.equals("rename", in: word) { return .rename }
    if line.equals("unlinkat", in: word) || line.equals("unlink", in: word) { return .remove }
    return nil
  }

  /// [MS-SMB2] 2.2.13.1.1: 2 writes data, 4 appends, 1 reads; what asks for none of them looks at attributes.
  private static func act(ofMask text: String) -> DataAccess.Act? {
    guard text.hasPrefix("0x"), let mask = UInt32(text.dropFirst(2), radix: 16) else { return nil }
    return mask & 6 != 0 ? .write : mask & 1 != 0 ? .read : nil
  }

  private static func cut(_ line: Span<UInt8>, _ range: Range<Int>) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var position = range.lowerBound
    while parts.count < 32 {
      let end = line.first(of: UInt8(ascii: "|"), in: position..<range.upperBound) ?? range.upperBound
      parts.append(position..<end)
      guard end < range.upperBound else { break }
      position = end + 1
    }
    return parts
  }
}
