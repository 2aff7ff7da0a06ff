/// Rows whose features are cut into at most 255 bins, column after column: what boosting counts over.
///
/// Bins hold about equally many of the sampled rows; a cut lies half way between two values that occur. A missing value
/// has a bin of its own, `missingBin`. Memory: a byte a value.
struct BinnedMatrix {
  static let binLimit = 255
  static let missingBin = 255
  static let binCount = 256

  let rows: Int
  let columns: Int
  /// Column-major, columns × rows.
  let bins: [UInt8]
  /// Ascending; a value is in the bin of the first cut that is at least the value.
  let cuts: [[Float]]

  init(_ matrix: FeatureMatrix, _ randomness: inout ModelRandomness) {
    rows = matrix.rows
    columns = matrix.columns
    let sample = randomness.sample(Self.sampleLimit, of: matrix.rows)
    var cuts: [[Float]] = []
    var bins: [UInt8] = []
    bins.reserveCapacity(matrix.values.count)
    for column in 0..<matrix.columns {
      let found = Self.cuts(TrainingData.sorted(matrix, column: column, rows: sample))
      for row in 0..<matrix.rows { bins.append(Self.bin(of: matrix[row, column], found)) }
      cuts.append(found)
    }
    self.bins = bins
    self.cuts = cuts
  }

  private static let sampleLimit = 200_000

  /// Between every two distinct values where they are few, else between quantiles; infinity is never a cut.
  private static func cuts(_ sorted: [Float]) -> [Float] {
    var distinct: [Float] = []
    for value in sorted where distinct.last != value { distinct.append(value) }
    if distinct.count <= binLimit {
      return zip(distinct, distinct.dropFirst()).map { middle($0, $1) }
    }
    var cuts: [Float] = []
    for step in 1..<binLimit {
      let value = sorted[step * sorted.count / binLimit]
      // The next value that occurs is found by bisection among the distinct ones.
      let next = first(distinct) { $0 > value }
      guard next < distinct.count else { break }
      let cut = middle(value, distinct[next])
      if cuts.last != cut { cuts.append(cut) }
    }
    return cuts
  }

  private static func middle(_ low: Float, _ high: Float) -> Float {
    let middle = low / 2 + high / 2
    return middle < high ? max(middle, low) : low
  }

  private static func bin(of value: Float, _ cuts: [Float]) -> UInt8 {
    value.isNaN ? UInt8(missingBin) : UInt8(first(cuts) { $0 >= value })
  }

  private static func first(_ ascending: [Float], where predicate: (Float) -> Bool) -> Int {
    var low = 0
    var high = ascending.count
    while low < high {
      let middle = (low + high) / 2
      if predicate(ascending[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
