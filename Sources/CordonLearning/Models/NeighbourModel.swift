/// How far a row lies from its nearest among a small sample of the others.
///
/// Distance to the k nearest of a random sample (Sugiyama, Borgwardt: "Rapid distance-based outlier detection via
/// sampling", 2013; Wu, Jermaine: "Outlier detection by sampling with accuracy guarantees", 2006): the sample makes cost
/// and memory independent of the rows learned from. The score is the mean Euclidean distance to the `neighbours` nearest
/// after scaling: unbounded, linear in magnitude; within 1e-6 of what Doubles give. Cost: sample × columns; memory: 8
/// bytes a value of the sample.
package struct NeighbourModel: AnomalyModel {
  package static let valueLimit = 1 << 19
  package static let neighbourLimit = 128

  package let scaling: InputScaling
  /// Row-major, already scaled, sample × columns.
  package let sample: [Float]
  /// How many of the nearest count, at most the sample's rows.
  package let neighbours: Int
  /// The sample as distances are measured to it; nil where a Float's square would not hold them.
  private let blocks: NeighbourBlocks?

  package var columns: Int { scaling.columns }
  package var sampleRows: Int { sample.count / columns }
  package var byteCount: Int { scaling.byteCount + 4 * sample.count + (blocks?.byteCount ?? 0) }

  /// Nil where shapes do not fit, a number is not finite, or a limit is passed.
  package init?(scaling: InputScaling, sample: [Float], neighbours: Int) {
    guard !sample.isEmpty, sample.count <= Self.valueLimit, sample.count.isMultiple(of: scaling.columns),
      sample.allSatisfy({ $0.isFinite && Double($0.magnitude) <= InputScaling.limit }),
      (1...min(Self.neighbourLimit, sample.count / scaling.columns)).contains(neighbours)
    else { return nil }
    self.scaling = scaling
    self.sample = sample
    self.neighbours = neighbours
    blocks = NeighbourBlocks(sample, columns: scaling.columns)
  }

  package func score(_ row: Span<Float>) -> Double {
    let scaled = scaling.scaled(row)
    guard let blocks, scaled.allSatisfy({ $0.magnitude <= NeighbourBlocks.limit }) else { return farScore(scaled) }
    return blocks.sumOfNearest(scaled.map(Float.init), count: neighbours) / Double(neighbours)
  }

  /// The score in Doubles, for numbers whose squares no Float holds.
  private func farScore(_ scaled: [Double]) -> Double {
    // Ascending squares of the nearest so far.
    var nearest = [Double](repeating: .infinity, count: neighbours)
    for other in 0..<sampleRows {
      let base = other * columns
      var square = 0.0
      for feature in 0..<columns {
        let difference = scaled[feature] - Double(sample[base + feature])
        square += difference * difference
      }
      guard square < nearest[neighbours - 1] else { continue }
      var place = neighbours - 1
      while place > 0, nearest[place - 1] > square {
        nearest[place] = nearest[place - 1]
        place -= 1
      }
      nearest[place] = square
    }
    return nearest.reduce(0) { $0 + $1.squareRoot() } / Double(neighbours)
  }
}
