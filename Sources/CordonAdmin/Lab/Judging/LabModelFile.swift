package import CordonCore
package import CordonLearning
import CordonWire

/// A trained model as a file: the bundle that agents get, over columns of a file instead of a feature schema.
package struct LabModelFile: Sendable {
  package let bundle: ModelBundle

  /// - Parameters:
  ///   - identity: the model's id; drawn by the caller, who has the clock.
  package init(_ training: LabTraining, identity: UniqueID, created: Timestamp) throws(CordonError) {
    bundle = try ModelBundle(
      schema: 0, features: training.features.map(ModelBundle.Feature.column), model: training.model,
      lineage: ModelLineage(
        modelID: identity, rows: UInt64(training.rows), codeVersion: CordonVersion.text,
        metrics: [.init(name: "threshold", value: training.threshold)], created: created),
      purpose: "cordon lab: \(training.recipe.rawValue)", seed: training.seed)
  }

  /// From bytes that may come from anywhere; at most `ModelBundle.byteLimit` of them.
  package init(encoded bytes: [UInt8]) throws(CordonError) { bundle = try ModelBundle(encoded: bytes) }

  package func encoded() throws(CordonError) -> [UInt8] { try bundle.encoded() }

  /// One score a row; refuses a table without the columns that the model reads.
  package func scores(_ table: LabTable) throws(CordonError) -> [Double] {
    let encoding = try LabEncoding(names: bundle.features.map(\.name), columns: table.columns.map(\.name))
    return bundle.model.scores(try encoding.matrix(table))
  }
}
