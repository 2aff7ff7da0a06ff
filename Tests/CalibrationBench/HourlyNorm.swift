/// What is usual for a simulated entity: a mean for each hour of the day and one spread, learned from days gone by.
///
/// It stands for the product's baseline where a value is never zero; days are averaged over the first `memory` of them, then
/// exponentially. Scores first, then learns, as the product does.
struct HourlyNorm {
  /// Days.
  static let memory = 14.0

  private let windowsPerDay: Int
  private var means = [Double](repeating: 0, count: 24)
  private var variance = 1.0
  private var days = 0.0
  private var sums = [Double](repeating: 0, count: 24)
  private var squares = 0.0

  init(windowsPerDay: Int) { self.windowsPerDay = windowsPerDay }

  /// Standard deviations from what is usual at a window of the day.
  func residual(of value: Double, at windowOfDay: Int) -> Double {
    (value - means[windowOfDay * 24 / windowsPerDay]) / variance.squareRoot()
  }

  mutating func learn(_ value: Double, at windowOfDay: Int) {
    let hour = windowOfDay * 24 / windowsPerDay
    sums[hour] += value
    let distance = value - means[hour]
    squares += distance * distance
    if windowOfDay == windowsPerDay - 1 { endDay() }
  }

  private mutating func endDay() {
    days = min(days + 1, Self.memory)
    let perHour = Double(windowsPerDay) / 24
    // The first day's distances are from nothing.
    if days > 1 { variance += (squares / Double(windowsPerDay) - variance) / days }
    for hour in 0..<24 {
      means[hour] += (sums[hour] / perHour - means[hour]) / days
      sums[hour] = 0
    }
    squares = 0
  }
}
