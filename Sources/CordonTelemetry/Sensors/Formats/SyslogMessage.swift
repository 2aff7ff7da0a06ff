/// Where the message begins within a syslog packet: RFC 5424, and the older form of RFC 3164 that many senders still use.
package enum SyslogMessage {
  /// Header parts of RFC 5424 after the priority: version, time, host, application, process, message id.
  private static let headerParts = 6
  /// Bytes of a header that are looked through for the beginning of a message.
  private static let headerLimit = 1024

  /// Whether bytes begin with a priority, `<0>` to `<191>`.
  package static func isFramed(_ bytes: ArraySlice<UInt8>) -> Bool { afterPriority(bytes) != nil }

  /// The message without its header; nil for a packet that has none, or whose header is damaged.
  package static func body(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard let rest = afterPriority(bytes) else { return nil }
    if rest.starts(with: "1 ".utf8) { return newBody(rest) }
    // The older form has no end of its header: a document begins at its first bracket.
    guard let start = rest.prefix(headerLimit).firstIndex(where: { $0 == 0x3C || $0 == 0x7B }) else { return nil }
    return rest[start...]
  }

  private static func afterPriority(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard bytes.first == 0x3C, let end = bytes.prefix(5).firstIndex(of: 0x3E) else { return nil }
    let digits = bytes[(bytes.startIndex + 1)..<end]
    guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }),
      digits.reduce(0, { $0 * 10 + Int($1 - 0x30) }) <= 191
    else { return nil }
    return bytes[(end + 1)...]
  }

  private static func newBody(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var position = bytes.startIndex
    for _ in 0..<headerParts {
      guard let space = bytes[position...].prefix(headerLimit).firstIndex(of: 0x20) else { return nil }
      position = space + 1
    }
    guard position < bytes.endIndex else { return nil }
    if bytes[position] == 0x2D {
      position += 1
    } else {
      guard let end = endOfData(bytes[position...]) else { return nil }
      position = end
    }
    while position < bytes.endIndex, bytes[position] == 0x20 { position += 1 }
    let body = bytes[position...]
    return body.starts(with: [0xEF, 0xBB, 0xBF]) ? body.dropFirst(3) : body
  }

  /// Behind `[id name="value"]…`, in which a quote, a backslash and a bracket are escaped.
  private static func endOfData(_ bytes: ArraySlice<UInt8>) -> Int? {
    var position = bytes.startIndex
    while position < bytes.endIndex, bytes[position] == 0x5B {
      var isQuoted = false
      while position < bytes.endIndex, isQuoted || bytes[position] != 0x5D {
        if bytes[position] == 0x5C { position += 1 } else if bytes[position] == 0x22 { isQuoted.toggle() }
        position += 1
      }
      guard position < bytes.endIndex else { return nil }
      position += 1
    }
    return position > bytes.startIndex ? position : nil
  }
}
