package import CordonCore

/// Anything that scores a row of features: higher is stranger.
///
/// A score is finite for every row of finite and missing (NaN) values, depends on nothing but the model and the row, and
/// allocates nothing but what a network's layers need.
package protocol AnomalyModel: Hashable, Sendable {
  /// Features that a row must have.
  var columns: Int { get }
  /// What the model holds, in bytes, without constant overhead.
  var byteCount: Int { get }
  /// How strange a row of `columns` values is.
  func score(_ row: Span<Float>) -> Double
}

extension AnomalyModel {
  package func score(_ row: [Float]) -> Double { score(row.span) }

  /// One score a row, in the rows' order.
  package func scores(_ matrix: FeatureMatrix) -> [Double] {
    precondition(matrix.columns == columns, "a model scores rows of its own width")
    let values = matrix.values.span
    return (0..<matrix.rows).map { score(values.extracting($0 * columns..<($0 + 1) * columns)) }
  }
}

/// Learns a model from rows without labels.
///
/// The same matrix and seed give the same model for any number of threads.
package protocol ModelTrainer: Sendable {
  associatedtype Model: AnomalyModel

  /// Learns from every row; refuses no rows (`no-rows`).
  func fit(_ matrix: FeatureMatrix, seed: UInt64) throws(CordonError) -> Model
}

/// Learns a model from rows of which some are known to be bad.
///
/// The same matrix, labels and seed give the same model for any number of threads.
package protocol SupervisedTrainer: Sendable {
  associatedtype Model: AnomalyModel

  /// - Parameter labels: one a row; true is what should be found.
  ///
  /// Refuses no rows (`no-rows`) and labels of one class (`one-class`).
  func fit(_ matrix: FeatureMatrix, labels: [Bool], seed: UInt64) throws(CordonError) -> Model
}
