/// An IPv4 or IPv6 address in canonical form: 4 or 16 bytes, IPv4-mapped IPv6 unmapped, zone dropped.
package struct IPAddress: Hashable, Sendable {
  /// In network order.
  package let bytes: [UInt8]

  package var isV4: Bool { bytes.count == 4 }

  /// Longest text that is looked at: an IPv6 address with an IPv4 tail and a zone.
  package static let textLimit = 64

  private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

  /// From 4 or 16 bytes; nil for any other number.
  package init?(bytes: some Collection<UInt8>) {
    let bytes = [UInt8](bytes)
    switch bytes.count {
    case 4: self.bytes = bytes
    case 16: self.bytes = bytes.starts(with: Self.mappedPrefix) ? Array(bytes[12...]) : bytes
    default: return nil
    }
  }

  /// From the two halves of an IPv6 address, IPv4 mapped into it.
  package init(high: UInt64, low: UInt64) {
    let bytes = (0..<16).map { index in
      UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> UInt64(56 - 8 * (index % 8)))
    }
    self.bytes = bytes.starts(with: Self.mappedPrefix) ? Array(bytes[12...]) : bytes
  }

  /// From `192.0.2.1`, `2001:db8::1`, `::ffff:192.0.2.1`, `fe80::1%eth0`; nil for anything else.
  package init?(_ text: some StringProtocol) {
    guard text.utf8.count <= Self.textLimit else { return nil }
    let address = text.prefix { $0 != "%" }
    guard let bytes = address.contains(":") ? Self.parseV6(address) : Self.parseV4(address) else { return nil }
    if address.endIndex != text.endIndex {
      guard bytes.count == 16 else { return nil }
    }
    self.init(bytes: bytes)
  }

  /// As from a text that these bytes are; an IPv4 address is read without making one.
  package init?(ascii bytes: ArraySlice<UInt8>) {
    if let address = Self.parseV4(ascii: bytes) {
      self.init(bytes: address)
    } else {
      guard bytes.count <= Self.textLimit, bytes.contains(0x3A) else { return nil }
      self.init(String(decoding: bytes, as: UTF8.self))
    }
  }

  private static func parseV4(ascii text: ArraySlice<UInt8>) -> [UInt8]? {
    guard (7...15).contains(text.count) else { return nil }
    var (address, value, digits, parts): (UInt32, UInt32, Int, Int) = (0, 0, 0, 0)
    for byte in text {
      if byte == 0x2E {
        guard digits > 0, parts < 3 else { return nil }
        (address, value, digits, parts) = (address << 8 | value, 0, 0, parts + 1)
        continue
      }
      // No digit may follow a leading zero.
      guard (0x30...0x39).contains(byte), digits < 3, digits == 0 || value > 0 else { return nil }
      value = value * 10 + UInt32(byte - 0x30)
      digits += 1
      guard value < 256 else { return nil }
    }
    guard digits > 0, parts == 3 else { return nil }
    address = address << 8 | value
    return [
      UInt8(truncatingIfNeeded: address >> 24), UInt8(truncatingIfNeeded: address >> 16),
      UInt8(truncatingIfNeeded: address >> 8), UInt8(truncatingIfNeeded: address),
    ]
  }

  private static func parseV4(_ text: some StringProtocol) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      guard isNumber(part), part.count <= 3, part.count == 1 || part.first != "0", let byte = UInt8(part) else {
        return nil
      }
      bytes.append(byte)
    }
    return bytes
  }

  private static func parseV6(_ text: some StringProtocol) -> [UInt8]? {
    let halves = String(text).splitOnce(by: "::")
    guard let head = groups(of: halves.head, mayEndInV4: halves.tail == nil) else { return nil }
    guard let tailText = halves.tail else { return head.count == 16 ? head : nil }
    guard let tail = groups(of: tailText, mayEndInV4: true), head.count + tail.count <= 14 else { return nil }
    return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
  }

  private static func groups(of text: String, mayEndInV4: Bool) -> [UInt8]? {
    guard !text.isEmpty else { return [] }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 8 else { return nil }
    var bytes: [UInt8] = []
    for (index, part) in parts.enumerated() {
      if part.contains(".") {
        guard mayEndInV4, index == parts.count - 1, let tail = parseV4(part) else { return nil }
        bytes += tail
      } else {
        guard (1...4).contains(part.utf8.count), part.allSatisfy(\.isHexDigit), part.utf8.count == part.count,
          let group = UInt16(part, radix: 16)
        else { return nil }
        bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
      }
    }
    return bytes.count <= 16 ? bytes : nil
  }

  private static func isNumber(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}

extension IPAddress: CustomStringConvertible {
  /// Dotted quad, or RFC 5952.
  package var description: String {
    if isV4 { return bytes.map { String($0) }.joined(separator: ".") }
    let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
    var longest = 0..<0
    var start = 0
    while start < 8 {
      guard groups[start] == 0 else {
        start += 1
        continue
      }
      let end = groups[start...].firstIndex { $0 != 0 } ?? 8
      if end - start > max(longest.count, 1) { longest = start..<end }
      start = end
    }
    let texts = groups.map { String($0, radix: 16) }
    guard !longest.isEmpty else { return texts.joined(separator: ":") }
    return texts[..<longest.lowerBound].joined(separator: ":") + "::"
      + texts[longest.upperBound...].joined(separator: ":")
  }
}

extension IPAddress: Comparable {
  package static func < (left: IPAddress, right: IPAddress) -> Bool {
    left.bytes.count != right.bytes.count
      ? left.bytes.count < right.bytes.count : left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}

extension String {
  /// What stands before and after the first `separator`; nil after it where there is none.
  fileprivate func splitOnce(by separator: String) -> (head: String, tail: String?) {
    let needle = Array(separator.utf8)
    let text = Array(utf8)
    guard text.count >= needle.count else { return (self, nil) }
    for start in 0...(text.count - needle.count) where Array(text[start..<start + needle.count]) == needle {
      return (
        String(decoding: text[..<start], as: UTF8.self),
        String(decoding: text[(start + needle.count)...], as: UTF8.self)
      )
    }
    return (self, nil)
  }
}
