package import CordonCore

/// 64 bits of an entity, a feature or an item, the same on every machine and in every run.
///
/// FNV-1a with the finaliser of SplitMix64; for filters and sketches, whose errors an attacker gains nothing from: entities
/// and items are keyed pseudonyms before they come here.
package struct StableHash: Sendable {
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  package init() {}

  package mutating func combine(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
  }

  package mutating func combine(_ number: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      combine(CollectionOfOne(UInt8(truncatingIfNeeded: number >> shift)))
    }
  }

  /// The hash of all that was combined, in its order.
  package var value: UInt64 { Self.finished(state) }

  static func finished(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension EntityRef {
  /// The same on every machine and in every run.
  package var stableHash: UInt64 {
    var hash = StableHash()
    hash.combine(CollectionOfOne(kind.rawValue))
    hash.combine(UInt64(keyEpoch))
    hash.combine(pseudonym)
    hash.combine(label.utf8)
    return hash.value
  }
}
