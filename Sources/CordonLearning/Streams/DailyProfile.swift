import CordonCore

/// What a series usually is at each hour of the day, for what is left when that is taken away.
struct DailyProfile: Hashable, Sendable {
  /// Values that an hour's mean remembers.
  private static let memory = 30.0

  private var means = [Double](repeating: 0, count: 24)
  private var weights = [Double](repeating: 0, count: 24)

  /// Takes in a value; how far it is from its hour's mean, 0 for the first of an hour.
  mutating func residual(of value: Double, at time: Timestamp) -> Double {
    let hour = Int(time.milliseconds.flooredDivision(by: 3_600_000).flooredRemainder(by: 24))
    let residual = weights[hour] > 0 ? value - means[hour] : 0
    weights[hour] = min(weights[hour] + 1, Self.memory)
    means[hour] += (value - means[hour]) / weights[hour]
    return residual
  }
}
