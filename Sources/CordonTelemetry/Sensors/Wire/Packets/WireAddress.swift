package import CordonCore

/// An address as the wire's tables compare it: two words, IPv4 mapped into IPv6, no array to allocate.
package struct WireAddress: Hashable, Comparable, Sendable {
  package var high: UInt64
  package var low: UInt64

  private static let mapped: UInt64 = 0xFFFF_0000_0000

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// An IPv4 address in host order.
  package init(v4 number: UInt32) { self.init(high: 0, low: Self.mapped | UInt64(number)) }

  package init(_ address: IPAddress) {
    let bytes = address.bytes
    guard bytes.count == 16 else {
      self.init(v4: bytes.reduce(0) { $0 << 8 | UInt32($1) })
      return
    }
    self.init(
      high: bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }, low: bytes[8...].reduce(0) { $0 << 8 | UInt64($1) })
  }

  package static func < (left: WireAddress, right: WireAddress) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }

  /// In canonical form, for an observation.
  package var address: IPAddress { IPAddress(high: high, low: low) }

  /// Meant for many, or for all: nobody's peer.
  package var isMulticast: Bool {
    guard high == 0, low >> 32 == 0xFFFF else { return high >> 56 == 0xFF }
    return low & 0xF000_0000 == 0xE000_0000 || low & 0xFFFF_FFFF == 0xFFFF_FFFF
  }
}
