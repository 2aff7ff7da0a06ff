/// The randomness of training: the same seed and stream give the same numbers everywhere.
///
/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014). Each tree, epoch or member
/// draws from a stream of its own, so that their order and the number of threads change nothing. Not for secrets.
package struct ModelRandomness: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64, stream: UInt64 = 0) {
    state = Self.mix(seed &+ 0x9E37_79B9_7F4A_7C15 &* (2 &* stream &+ 1))
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mix(state)
  }

  /// Uniform in [0, 1), from 53 bits.
  package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Uniform in 0..<bound by multiplication; the bias is below bound / 2⁶⁴.
  package mutating func below(_ bound: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(bound)).high) }

  /// So many of 0..<count without repetition, ascending; all of them where there are no more.
  package mutating func sample(_ size: Int, of count: Int) -> [Int] {
    guard size < count else { return Array(0..<count) }
    // Floyd's algorithm: one draw an element, memory of the sample alone.
    var chosen = Set<Int>(minimumCapacity: size)
    for last in count - size..<count {
      let draw = below(last + 1)
      if !chosen.insert(draw).inserted { chosen.insert(last) }
    }
    return chosen.sorted()
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
