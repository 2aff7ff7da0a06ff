package import CordonCore
package import CordonLearning
import SwiftProtobuf

/// Writes flat models as ONNX: input `x` of [rows, columns] floats, output `score` of [rows, 1], opset 18 and
/// ai.onnx.ml 3.
///
/// A runtime computes in Floats where an agent computes in Doubles, so scores agree to about 1e-6 of their size; a value
/// past about 1e18 may overflow there. Missing values (NaN) mean what they mean here.
package enum ONNXExporter {
  /// Most numbers of the matrix in which an extended forest's splits are written: 64 MiB.
  static let coefficientLimit = 1 << 24

  /// The bytes of an ONNX file.
  ///
  /// Refuses what would be too large to write (`onnx-oversized`).
  package static func bytes(of model: FlatModel) throws(CordonError) -> [UInt8] {
    var writer = GraphWriter(columns: model.columns)
    let score = try writer.score(model)
    do {
      return try writer.model(score: score).serializedBytes()
    } catch {
      throw CordonError(.defect, "onnx-encoding", "The model cannot be written as ONNX: \(error).")
    }
  }
}

extension GraphWriter {
  /// The name of a model's score.
  mutating func score(_ model: FlatModel) throws(CordonError) -> String {
    switch model {
    case .isolationForest(let forest): score(forest)
    case .extendedForest(let forest): try score(forest)
    case .halfSpaces(let forest): score(forest)
    case .tails(let model): score(model)
    case .projection(let model): score(model)
    case .neighbours(let model): score(model)
    case .network(let model): score(model)
    case .boostedTrees(let boosted): score(boosted)
    case .ensemble(let ensemble): try score(ensemble)
    }
  }
}
