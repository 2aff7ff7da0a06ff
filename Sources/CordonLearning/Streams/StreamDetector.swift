package import CordonCore

/// Watches one series of numbers, row by row: each score depends on nothing that comes later.
///
/// It alerts where the mean of some window, from one value to a day of five-minute values, passes the strangest that it has
/// been (`RecordStatistic`), in the series itself or in what is left of it without its daily profile. After an alert it rests: for a
/// while a new one must pass a bound that falls back as it goes, so that one event is told once. One setting serves every series.
/// What it cannot see: changes of shape that leave means alone, and what begins in the first `RecordStatistic.warmUp` rows.
/// Memory: some 20 kB a series, whatever its length; cost: about half a microsecond a row.
package struct StreamDetector: Hashable, Sendable {
  static let seriesWeight = 1.2
  static let residualWeight = 0.8
  /// Excess above which an alert begins a rest.
  static let alertExcess = 0.005
  /// What a new alert must pass right after one.
  static let restExcess = 2.0
  /// Rows of a rest: so many, and at least this share of the rows so far.
  static let restRows = 120.0
  static let restShare = 0.03

  private var series = WindowedRecords()
  private var residual = WindowedRecords()
  private var profile = DailyProfile()
  private var origin: Double?
  private var rows = 0
  private var lastAlert: Int?

  package init() {}

  /// Scores a row, then learns from it: 0 where nothing is new, up to 1; a value that is missing or not finite scores 0.
  package mutating func score(_ value: Double, at time: Timestamp) -> Double {
    defer { rows += 1 }
    guard value.isFinite else { return 0 }
    // Sums stay exact for a flat series when it begins at 0.
    let origin = origin ?? value
    self.origin = origin
    let level = min(max(value - origin, -1e150), 1e150)
    let excess = max(
      Self.seriesWeight * series.excess(of: level),
      Self.residualWeight * residual.excess(of: profile.residual(of: level, at: time)))
    guard excess > bound else { return 0 }
    lastAlert = rows
    return 1 - exponential(-excess)
  }

  /// What an excess must pass now.
  private var bound: Double {
    guard let lastAlert else { return Self.alertExcess }
    let rest = max(Self.restRows, Self.restShare * Double(rows))
    let rested = Double(rows - lastAlert) / rest
    return rested >= 1 ? Self.alertExcess : Self.alertExcess + Self.restExcess * (1 - rested)
  }
}
