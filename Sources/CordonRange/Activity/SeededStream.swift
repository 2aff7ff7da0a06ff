import Glibc

/// SplitMix64, one stream for each purpose: what one purpose draws never changes what another does
/// (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
package struct SeededStream: RandomNumberGenerator, Sendable {
  private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

  private var state: UInt64

  /// The stream of a seed for a purpose and what it is about, such as a person and a day.
  package init(seed: UInt64, _ purpose: StaticString, _ subjects: Int...) {
    var state = Self.mix(seed &+ Self.step)
    for offset in 0..<purpose.utf8CodeUnitCount { state = Self.mix(state ^ UInt64(purpose.utf8Start[offset])) }
    for subject in subjects { state = Self.mix(state &+ Self.step ^ UInt64(bitPattern: Int64(subject))) }
    self.state = state
  }

  package mutating func next() -> UInt64 {
    state &+= Self.step
    return Self.mix(state)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

// Distributions are written out here because the standard library has only the uniform one.
extension SeededStream {
  /// Uniform, at least 0 and below 1.
  package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// True with a probability.
  package mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

  /// Standard normal, by Box and Muller.
  package mutating func gaussian() -> Double {
    sqrt(-2 * log(1 - uniform())) * cos(2 * Double.pi * uniform())
  }

  /// Exponential with a mean above 0.
  package mutating func exponential(mean: Double) -> Double { -mean * log(1 - uniform()) }

  /// Log-normal around a median; `sigma` is the standard deviation of its logarithm.
  package mutating func logNormal(median: Double, sigma: Double) -> Double { median * exp(sigma * gaussian()) }

  /// Poisson by counting exponential gaps; meant for means below about 30, at a cost of as many steps.
  package mutating func poisson(mean: Double) -> Int {
    var count = 0
    var sum = exponential(mean: 1)
    while sum < mean {
      count += 1
      sum += exponential(mean: 1)
    }
    return count
  }

  /// A position below `count`, the first the likeliest: weight `1 / (position + 1) ^ exponent`.
  package mutating func zipf(_ count: Int, exponent: Double = 1) -> Int {
    weighted((0..<max(1, count)).map { pow(Double($0 + 1), -exponent) })
  }

  /// A position by weights that are at least 0; the last where all are 0.
  package mutating func weighted(_ weights: [Double]) -> Int {
    var rest = uniform() * weights.reduce(0, +)
    for (position, weight) in weights.enumerated() {
      rest -= weight
      if rest < 0 { return position }
    }
    return max(0, weights.count - 1)
  }

  /// One element of a collection that is not empty.
  package mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int(uniform() * Double(elements.count))]
  }
}
