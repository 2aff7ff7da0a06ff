package import CordonCore
package import CordonLearning

/// A model from an ONNX file, in the flat form.
package struct ImportedModel: Hashable, Sendable {
  /// Scores: higher is stranger.
  package let model: FlatModel
  /// The graph's output that the score is taken from.
  package let output: String
  /// The graph's own number is factor · score + offset: scikit-learn's `decision_function`, for one, falls where our
  /// score rises.
  package let factor: Double
  package let offset: Double
  let reading: OutputReading

  /// The graph's own number for a score.
  package func outputValue(score: Double) -> Double { factor * score + offset }
}

/// How one number is read from a row of the graph's output.
enum OutputReading: Hashable, Sendable {
  case only
  /// The probability of the second class.
  case last
  /// √ of the mean square of input minus output.
  case reconstruction

  func number(of output: ArraySlice<Float>, input: ArraySlice<Float>) -> Double {
    switch self {
    case .only, .last: return Double(output.last ?? .nan)
    case .reconstruction:
      let squares = zip(output, input).map { (Double($0) - Double($1)) * (Double($0) - Double($1)) }
      return (squares.reduce(0, +) / Double(input.count)).squareRoot()
    }
  }
}

/// Compiles ONNX graphs to flat models.
///
/// The graph is carried out on forms (`SymbolicValue`) instead of numbers; an operator outside the list, or one where no
/// flat model has its form, is refused by name. Formats: onnx.ai, opset 6 and later, ai.onnx.ml 1 to 5.
package enum ONNXImporter {
  /// - Parameters:
  ///   - bytes: of the file; hostile.
  ///   - output: the graph's output that is the score; nil: the only one that can be.
  ///
  /// Refuses with `onnx-malformed`, `onnx-oversized`, `onnx-unsupported`, `onnx-operator`, `onnx-output`.
  package static func model(from bytes: [UInt8], output: String? = nil) throws(CordonError) -> ImportedModel {
    let graph = try ONNXGraph(bytes: bytes)
    let compiler = try GraphCompiler(graph)
    let builder = FlatModelBuilder(structures: compiler.structures, columns: graph.columns)
    var found: [ImportedModel] = []
    for candidate in graph.outputs where output == nil || output == candidate.name {
      guard let value = compiler.value(candidate.name), output != nil || !candidate.isLabel,
        let form = try builder.form(of: value)
      else { continue }
      found.append(
        ImportedModel(
          model: form.model, output: candidate.name, factor: form.factor, offset: form.offset,
          reading: form.reading))
    }
    // One model may be there as several outputs (`scores`, `score_samples`): the plainest says it.
    guard let plainest = found.min(by: { abs($0.offset) < abs($1.offset) }) else {
      throw refusal(graph, "has no output that is one score a row, or a reconstruction of the row")
    }
    guard found.allSatisfy({ $0.model == plainest.model }) else {
      throw refusal(graph, "has several outputs that could be the score")
    }
    return plainest
  }

  private static func refusal(_ graph: ONNXGraph, _ what: String) -> CordonError {
    let names = graph.outputs.map { ONNXRefusal.quoted($0.name) }.joined(separator: ", ")
    return CordonError(
      .invalid, "onnx-output", "The ONNX file \(what) (outputs: \(names)).",
      remedy: "Name the output that is the score with --output-name, or export the model with one.")
  }
}
