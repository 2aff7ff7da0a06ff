import CordonLearning
import Glibc

/// One entity of a made-up fleet: draws its raw values window by window.
struct SimulatedEntity {
  private let scenario: FleetScenario
  private let windowsPerDay: Int
  private let mean: Double
  private let innovations: [Double]
  private let share: Double
  private var parts: [Double]
  private var randomness: ModelRandomness
  private var spare: Double?

  init(_ scenario: FleetScenario, windowsPerDay: Int, seed: UInt64, number: Int) {
    self.scenario = scenario
    self.windowsPerDay = windowsPerDay
    randomness = ModelRandomness(seed: seed, stream: UInt64(number))
    share = (1 / Double(scenario.correlations.count)).squareRoot()
    innovations = scenario.correlations.map { (1 - $0 * $0).squareRoot() }
    mean = Self.drawn(&randomness) * scenario.offsets
    // Begin in the stationary state.
    parts = []
    for _ in scenario.correlations { parts.append(Self.drawn(&randomness)) }
  }

  /// The raw value of a window, counted from the entity's first; `shift` is added to its mean.
  mutating func next(_ window: Int, shift: Double) -> Double {
    var noise = 0.0
    for index in parts.indices {
      let innovation = gaussian() * innovations[index]
      parts[index] = scenario.correlations[index] * parts[index] + innovation
      noise += parts[index]
    }
    var value = mean + noise * share + shift
    if scenario.season != 0 {
      value += scenario.season * sin(2 * Double.pi * Double(window % windowsPerDay) / Double(windowsPerDay))
    }
    return value
  }

  /// A standard normal number; Box and Muller make two at a time.
  private mutating func gaussian() -> Double {
    if let spare {
      self.spare = nil
      return spare
    }
    let radius = (-2 * log(1 - randomness.uniform())).squareRoot()
    let angle = 2 * Double.pi * randomness.uniform()
    spare = radius * sin(angle)
    return radius * cos(angle)
  }

  private static func drawn(_ randomness: inout ModelRandomness) -> Double {
    (-2 * log(1 - randomness.uniform())).squareRoot() * cos(2 * Double.pi * randomness.uniform())
  }
}
