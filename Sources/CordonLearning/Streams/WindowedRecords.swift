/// Records of one series at several window lengths: the mean of a window, and its step from the window before.
///
/// Memory: twice the longest window and two statistics a length.
struct WindowedRecords: Hashable, Sendable {
  /// Values.
  static let lengths = [1, 6, 24, 72, 144, 288]
  /// What a step's excess counts beside a mean's.
  static let stepWeight = 0.5
  private static let ringSize = 2 * 288 + 1

  private var means = [RecordStatistic](repeating: RecordStatistic(), count: lengths.count)
  private var steps = [RecordStatistic](repeating: RecordStatistic(), count: lengths.count)
  /// Sums of all values up to each of the last.
  private var sums = [Double](repeating: 0, count: ringSize)
  private var count = 0

  /// Takes in a finite value; the greatest excess over all lengths, 0 where nothing is a record.
  mutating func excess(of value: Double) -> Double {
    let total = sum(back: 0) + value
    count += 1
    sums[count % Self.ringSize] = total
    var greatest = 0.0
    for (index, length) in Self.lengths.enumerated() where count >= length {
      let mean = (total - sum(back: length)) / Double(length)
      if let excess = means[index].excess(of: mean) { greatest = max(greatest, excess) }
      guard count >= 2 * length else { continue }
      let before = (sum(back: length) - sum(back: 2 * length)) / Double(length)
      if let excess = steps[index].excess(of: mean - before) { greatest = max(greatest, Self.stepWeight * excess) }
    }
    return greatest
  }

  private func sum(back: Int) -> Double { sums[(count - back) % Self.ringSize] }
}
