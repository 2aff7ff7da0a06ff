import Glibc

/// How busy somebody is from minute to minute: the logarithm follows an AR(1) process, so that work comes in bursts and
/// lulls of about an hour, on top of the shift's own course.
struct WorkRhythm {
  /// Correlation of a minute with the next.
  static let persistence = 0.98
  /// Standard deviation of the logarithm.
  static let spread = 1.0
  /// Between days of the same person.
  static let dailySpread = 0.3

  private var mood: Double
  private let day: Double
  private var random: SeededStream

  init(_ stream: SeededStream) {
    random = stream
    day = random.logNormal(median: 1, sigma: Self.dailySpread)
    mood = random.gaussian()
  }

  /// The next minute's factor, of mean about 1; `progress` is the share of the shift that is over.
  mutating func next(progress: Double) -> Double {
    mood = Self.persistence * mood + sqrt(1 - Self.persistence * Self.persistence) * random.gaussian()
    let burst = exp(Self.spread * mood - Self.spread * Self.spread / 2)
    return day * burst * Self.course(progress)
  }

  /// Rounds after the handover, a meal in the middle, notes before the end.
  private static func course(_ progress: Double) -> Double {
    switch progress {
    case ..<0.12: 1.7
    case ..<0.45: 1.1
    case ..<0.55: 0.4
    case ..<0.9: 0.9
    default: 1.5
    }
  }
}
