package import CordonCore

/// Finds the directions in which rows spread, and how far, on robustly scaled features.
///
/// Principal components after median and quartiles and asinh scaling, which keeps a minority of strange rows from
/// bending them. Up to `SymmetricMatrix.sizeLimit` features all components are kept (a Mahalanobis distance); beyond, the
/// first `wideComponents`, by subspace iteration (Golub, Van Loan: "Matrix computations", 8.2). Cost: rows × columns² for
/// at most `rowLimit` rows; memory: columns², or columns × components.
package struct ProjectionTrainer: ModelTrainer {
  package static let wideComponents = 48

  /// Rows looked at; more are sampled.
  package var rowLimit: Int

  package init(rowLimit: Int = 20_000) {
    precondition(rowLimit > 0, "a projection needs rows")
    self.rowLimit = rowLimit
  }

  package func fit(_ matrix: FeatureMatrix, seed: UInt64) throws(CordonError) -> ProjectionModel {
    try TrainingData.requireRows(matrix)
    var randomness = ModelRandomness(seed: seed)
    let scaling = try TrainingData.robustScaling(matrix, &randomness)
    let isWide = matrix.columns > SymmetricMatrix.sizeLimit
    // Wide rows cost more each, and need fewer for a few components.
    let limit = isWide ? min(rowLimit, 2_000) : rowLimit
    let sample = matrix.selecting(rows: randomness.sample(limit, of: matrix.rows))
    let centred = CentredRows(sample, scaling: scaling)
    let (values, vectors) =
      isWide
      ? centred.leadingDirections(min(Self.wideComponents, max(1, sample.rows - 1)), &randomness)
      : centred.covariance.eigen()
    let total = centred.totalVariance
    let kept = values.filter { $0 > total * 1e-9 }.count
    let explained = values[..<kept].reduce(0, +)
    let left = max(0, total - explained) / Double(max(1, matrix.columns - kept))
    // Directions of no variance in training stand for rounding, or for a law that holds: as little as is seen elsewhere.
    let least = max(total / Double(matrix.columns) * 1e-3, Double(ProjectionModel.varianceFloor))
    guard
      let model = ProjectionModel(
        scaling: scaling, components: vectors[..<(kept * matrix.columns)].map(Float.init),
        variances: values[..<kept].map { Float(max($0, least)) }, residualVariance: Float(max(left, least)))
    else { throw TrainingData.defect }
    return model
  }
}

/// Scaled rows around their mean.
private struct CentredRows {
  let rows: Int
  let columns: Int
  /// Row-major.
  let values: [Double]

  init(_ matrix: FeatureMatrix, scaling: InputScaling) {
    rows = matrix.rows
    columns = matrix.columns
    var scaled: [Double] = []
    scaled.reserveCapacity(matrix.values.count)
    var means = [Double](repeating: 0, count: columns)
    for row in 0..<rows {
      for column in 0..<columns {
        let value = scaling.scaled(matrix[row, column], feature: column)
        scaled.append(value)
        means[column] += value / Double(matrix.rows)
      }
    }
    for index in scaled.indices { scaled[index] -= means[index % columns] }
    values = scaled
  }

  var totalVariance: Double { values.reduce(0) { $0 + $1 * $1 } / Double(rows) }

  var covariance: SymmetricMatrix {
    var sums = [Double](repeating: 0, count: columns * columns)
    for row in 0..<rows {
      let base = row * columns
      for first in 0..<columns {
        let value = values[base + first]
        guard value != 0 else { continue }
        for second in 0...first { sums[first * columns + second] += value * values[base + second] }
      }
    }
    var matrix = SymmetricMatrix(size: columns)
    for first in 0..<columns {
      for second in 0...first { matrix[first, second] = sums[first * columns + second] / Double(rows) }
    }
    return matrix
  }

  /// The directions of greatest variance, descending, one a row, without forming the covariance.
  func leadingDirections(_ count: Int, _ randomness: inout ModelRandomness) -> (values: [Double], vectors: [Double]) {
    var basis = (0..<count * columns).map { _ in TrainingData.gaussian(&randomness) }
    var lengths = orthonormalise(&basis, count)
    for _ in 0..<Self.iterations {
      var next = [Double](repeating: 0, count: basis.count)
      for row in 0..<rows {
        let base = row * columns
        for direction in 0..<count {
          let start = direction * columns
          var length = 0.0
          for column in 0..<columns { length += values[base + column] * basis[start + column] }
          for column in 0..<columns { next[start + column] += length * values[base + column] }
        }
      }
      basis = next
      lengths = orthonormalise(&basis, count)
    }
    let order = (0..<count).sorted { lengths[$0] > lengths[$1] }
    return (
      order.map { lengths[$0] / Double(rows) }, order.flatMap { basis[$0 * columns..<($0 + 1) * columns] }
    )
  }

  private static let iterations = 6

  /// Gram-Schmidt, twice where it matters; each direction's length before it was made one, 0 where nothing was left.
  private func orthonormalise(_ basis: inout [Double], _ count: Int) -> [Double] {
    var lengths: [Double] = []
    for direction in 0..<count {
      let start = direction * columns
      for _ in 0..<2 {
        for earlier in 0..<direction where lengths[earlier] > 0 {
          let other = earlier * columns
          var shared = 0.0
          for column in 0..<columns { shared += basis[start + column] * basis[other + column] }
          for column in 0..<columns { basis[start + column] -= shared * basis[other + column] }
        }
      }
      var square = 0.0
      for column in 0..<columns { square += basis[start + column] * basis[start + column] }
      let length = square.squareRoot()
      for column in 0..<columns { basis[start + column] = length > 1e-12 ? basis[start + column] / length : 0 }
      lengths.append(length > 1e-12 ? length : 0)
    }
    return lengths
  }
}
