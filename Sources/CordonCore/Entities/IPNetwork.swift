/// A network in CIDR notation: an address and how many of its leading bits count.
package struct IPNetwork: Hashable, Sendable, CustomStringConvertible {
  package let address: IPAddress
  package let prefixLength: Int

  /// Nil where the length is not one of the address's family.
  package init?(_ address: IPAddress, prefixLength: Int) {
    guard (0...(address.bytes.count * 8)).contains(prefixLength) else { return nil }
    self.address = address
    self.prefixLength = prefixLength
  }

  /// From `10.0.0.0/8`, `2001:db8::/32`, or a single address; nil for anything else.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let address = IPAddress(first) else { return nil }
    guard parts.count == 2 else {
      self.init(address, prefixLength: address.bytes.count * 8)
      return
    }
    let digits = parts[1]
    guard (1...3).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }),
      let length = Int(digits)
    else { return nil }
    self.init(address, prefixLength: length)
  }

  /// Whether an address of the same family shares the leading bits.
  package func contains(_ other: IPAddress) -> Bool {
    guard other.bytes.count == address.bytes.count else { return false }
    let whole = prefixLength / 8
    guard other.bytes[..<whole] == address.bytes[..<whole] else { return false }
    let rest = prefixLength % 8
    guard rest > 0 else { return true }
    let mask = UInt8(truncatingIfNeeded: 0xFF00 >> rest)
    return other.bytes[whole] & mask == address.bytes[whole] & mask
  }

  package var description: String { "\(address)/\(prefixLength)" }
}
