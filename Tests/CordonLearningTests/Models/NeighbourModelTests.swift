import CordonLearning
import CordonTestSupport
import Testing

/// Distances that are measured to sixteen rows at once, beside the same ones measured one by one.
@Suite struct NeighbourModelTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var columns: Int
    var sample: Int
    var neighbours: Int
    /// Of the numbers; from 1e15 on, distances are measured in Doubles.
    var magnitude: Float = 1
    var testDescription: String { "\(neighbours) of \(sample) × \(columns), about \(magnitude)" }
  }

  static let shapes: [Shape] = [
    .init(columns: 1, sample: 1, neighbours: 1), .init(columns: 3, sample: 15, neighbours: 15),
    .init(columns: 5, sample: 16, neighbours: 3), .init(columns: 32, sample: 512, neighbours: 96),
    .init(columns: 33, sample: 17, neighbours: 16), .init(columns: 700, sample: 65, neighbours: 12),
    .init(columns: 4, sample: 40, neighbours: 7, magnitude: 1e-20),
    .init(columns: 4, sample: 40, neighbours: 7, magnitude: 1e14),
    .init(columns: 4, sample: 40, neighbours: 7, magnitude: 1e20),
  ]

  static func reference(_ row: [Float], _ sample: [Float], neighbours: Int) -> Double {
    let squares = stride(from: 0, to: sample.count, by: row.count).map { base in
      row.indices.reduce(0.0) { sum, feature in
        let difference = Double(row[feature]) - Double(sample[base + feature])
        return sum + difference * difference
      }
    }
    return squares.sorted().prefix(neighbours).reduce(0) { $0 + $1.squareRoot() } / Double(neighbours)
  }

  @Test(arguments: shapes) func `the nearest are those of one by one`(_ shape: Shape) throws {
    var randomness = SeededRandomness(seed: 5)
    func row() -> [Float] {
      (0..<shape.columns).map { _ in shape.magnitude * Float.random(in: -3...3, using: &randomness) }
    }
    let sample = (0..<shape.sample).flatMap { _ in row() }
    let model = try #require(
      NeighbourModel(scaling: InputScaling(identity: shape.columns), sample: sample, neighbours: shape.neighbours))
    // A row of the sample itself, others, and one far out.
    let rows = [Array(sample.prefix(shape.columns)), row(), row(), row().map { $0 * 1e4 }]
    for row in rows {
      let expected = Self.reference(row, sample, neighbours: shape.neighbours)
      #expect(abs(model.score(row) - expected) <= 1e-6 * expected, "\(model.score(row)) instead of \(expected)")
    }
  }

  /// Rows that are equally far, more of them than count.
  @Test func `ties at the last of the nearest count as often as they are asked for`() throws {
    let model = try #require(
      NeighbourModel(scaling: InputScaling(identity: 1), sample: [0, 2, 2, 2, 2, 9], neighbours: 3))
    #expect(abs(model.score([0]) - 4 / 3) < 1e-9)
    #expect(model.score([2]) == 0)
  }
}
