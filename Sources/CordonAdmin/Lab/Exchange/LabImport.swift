package import CordonCore
package import CordonLearning
package import CordonONNX
import Crypto

/// An ONNX file as a bundle: compiled to the flat form, and checked against the file before it exists.
package struct LabImport: Sendable {
  package let bundle: ModelBundle
  /// How the score is read from the file.
  package let imported: ImportedModel
  /// Against the file itself, carried out operation by operation.
  package let comparison: OracleComparison

  /// - Parameters:
  ///   - bytes: of the ONNX file; hostile.
  ///   - output: the graph's output that is the score; nil: the only one that can be.
  ///   - columns: names of the columns that the graph reads, in order; nil: x0, x1, … as in an .npz file.
  ///   - seed: of the rows on which both are compared.
  ///
  /// Refuses as `ONNXImporter` does, names that are not the graph's columns (`columns`), and a compiled model that does
  /// not say what the file says (`onnx-disagrees`).
  package init(
    _ bytes: [UInt8], output: String?, columns: [String]?, seed: UInt64, identity: UniqueID, created: Timestamp
  ) throws(CordonError) {
    imported = try ONNXImporter.model(from: bytes, output: output)
    let width = imported.model.columns
    let names = columns ?? (0..<width).map { "x\($0)" }
    guard names.count == width, Set(names).count == width else {
      throw CordonError(
        .invalid, "columns", "The model reads \(width) columns, and \(Set(names).count) different names are given.",
        remedy: "Name each column once, in the order in which the model was trained on them.")
    }
    comparison = try OracleCheck.compare(imported, with: bytes, seed: seed)
    guard comparison.agrees else {
      throw CordonError(
        .invalid, "onnx-disagrees",
        "The compiled model differs from the file by \(comparison.worst) on row \(comparison.worstRow + 1) of "
          + "\(comparison.rows); at most \(OracleComparison.tolerance) is allowed.",
        remedy: "Scale the columns before the network, or export the model in single precision.")
    }
    bundle = try ModelBundle(
      schema: 0, features: names.map(ModelBundle.Feature.column), model: imported.model,
      lineage: ModelLineage(
        modelID: identity, codeVersion: CordonVersion.text,
        metrics: [.init(name: "onnx_difference", value: comparison.worst)], created: created),
      purpose: "imported from ONNX", onnxDigest: [UInt8](SHA256.hash(data: bytes)), seed: seed)
  }
}
