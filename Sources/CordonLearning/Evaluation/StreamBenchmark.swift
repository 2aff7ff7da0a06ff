/// Scores a stream detector as the Numenta Anomaly Benchmark does.
///
/// Lavin & Ahmad, "Evaluating real-time anomaly detection algorithms: the Numenta anomaly benchmark" (2015). Each labelled
/// window earns what its earliest alert is worth, near 1 at its start and 0 at its end, and costs 1 when missed; each alert
/// outside costs up to `falseWeight`, less soon after a window. One threshold serves all series: the best one. The first 15 % of
/// a series (750 rows at most) count for nothing. 100 is a perfect detector, 0 one that never alerts.
package struct StreamBenchmark: Sendable {
  /// The standard profile's weight of a false alert.
  package static let standardFalseWeight = 0.11

  /// One series: the detector's score a row, and the labelled windows.
  package struct Series: Sendable {
    package var scores: [Double]
    /// Rows of each window, both ends in it, ascending, apart.
    package var windows: [ClosedRange<Int>]

    package init(scores: [Double], windows: [ClosedRange<Int>]) {
      self.scores = scores
      self.windows = windows
    }
  }

  package struct Result: Hashable, Sendable {
    /// 100 for a perfect detector, 0 for one that never alerts.
    package var score: Double
    package var threshold: Double
  }

  /// An alert at a row: what it is worth, and in which window (nil outside).
  private struct Worth {
    var score: Double
    var worth: Double
    var window: Int?
  }

  package var falseWeight: Double

  package init(falseWeight: Double = Self.standardFalseWeight) { self.falseWeight = falseWeight }

  /// Rows at the start of a series that count for nothing.
  package static func probation(rows: Int) -> Int { Int(0.15 * Double(min(rows, 5000))) }

  /// The best score over all thresholds; higher scores are stranger.
  package func evaluate(_ all: [Series]) -> Result {
    var rows: [Worth] = []
    var windows = 0
    var counted: Set<Int> = []
    for series in all {
      let some = worths(of: series, firstWindow: windows)
      for row in some { if let window = row.window { counted.insert(window) } }
      rows += some
      windows += series.windows.count
    }
    rows.sort { $0.score > $1.score }
    var best = [Double](repeating: -1, count: windows)
    var total = -Double(counted.count)
    var result = Result(score: total, threshold: .infinity)
    for (index, row) in rows.enumerated() {
      if let window = row.window {
        total += max(0, row.worth - best[window])
        best[window] = max(best[window], row.worth)
      } else {
        total += row.worth
      }
      let isLast = index + 1 == rows.count || rows[index + 1].score < row.score
      if isLast, total > result.score { result = Result(score: total, threshold: row.score) }
    }
    let span = 2 * Double(windows)
    return Result(score: span > 0 ? 100 * (result.score + Double(windows)) / span : 0, threshold: result.threshold)
  }

  private func worths(of series: Series, firstWindow: Int) -> [Worth] {
    let probation = Self.probation(rows: series.scores.count)
    var rows: [Worth] = []
    var next = 0
    for (row, score) in series.scores.enumerated() {
      if next < series.windows.count, row > series.windows[next].upperBound { next += 1 }
      guard row >= probation else { continue }
      if next < series.windows.count, series.windows[next].contains(row) {
        let width = Double(series.windows[next].count)
        let position = -Double(series.windows[next].upperBound - row + 1) / width
        rows.append(
          Worth(score: score, worth: Self.sigmoid(position) / Self.sigmoid(-1), window: firstWindow + next))
      } else {
        let since = next > 0 ? Self.sigmoid(Self.position(of: row, past: series.windows[next - 1])) : -1
        rows.append(Worth(score: score, worth: falseWeight * since, window: nil))
      }
    }
    return rows
  }

  private static func position(of row: Int, past window: ClosedRange<Int>) -> Double {
    Double(row - window.upperBound) / Double(max(window.count - 1, 1))
  }

  /// 1 far before 0, −1 far after it.
  private static func sigmoid(_ x: Double) -> Double { x > 3 ? -1 : 2 / (1 + exponential(5 * x)) - 1 }
}
