import CordonLearning

/// Made-up rows on which every model is tried.
enum ModelSamples {
  static let columns = 5

  /// Normal rows: three groups, correlated features of different units, the last one mostly zero.
  static func normal(_ rows: Int, seed: UInt64 = 1) -> FeatureMatrix {
    var randomness = ModelRandomness(seed: seed)
    var matrix = FeatureMatrix(columns: columns)
    for _ in 0..<rows { matrix.append(normalRow(&randomness)) }
    return matrix
  }

  static func normalRow(_ randomness: inout ModelRandomness) -> [Float] {
    let centre = Double(randomness.below(3)) * 4
    let first = centre + noise(&randomness)
    let second = 100 * (first + 0.2 * noise(&randomness))
    let third = noise(&randomness)
    let fourth = 1e6 * (centre - third + 0.3 * noise(&randomness))
    let fifth = randomness.uniform() < 0.9 ? 0 : 1 + 10 * randomness.uniform()
    return [first, second, third, fourth, fifth].map { Float($0) }
  }

  /// Normal rows, of which about one in twenty is replaced by one far out in two features; true for those.
  static func labelled(_ rows: Int, seed: UInt64 = 2) -> (matrix: FeatureMatrix, labels: [Bool]) {
    var randomness = ModelRandomness(seed: seed)
    var matrix = FeatureMatrix(columns: columns)
    var labels: [Bool] = []
    for _ in 0..<rows {
      var row = normalRow(&randomness)
      let isBad = randomness.uniform() < 0.05
      if isBad {
        row[2] += Float(4 + 3 * randomness.uniform())
        row[4] += Float(12 + 20 * randomness.uniform())
      }
      matrix.append(row)
      labels.append(isBad)
    }
    return (matrix, labels)
  }

  /// About a normal distribution, from twelve uniform numbers.
  private static func noise(_ randomness: inout ModelRandomness) -> Double {
    (0..<12).reduce(-6.0) { sum, _ in sum + randomness.uniform() }
  }
}
