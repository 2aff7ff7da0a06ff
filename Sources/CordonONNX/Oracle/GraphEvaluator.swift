import CordonCore
import Glibc

/// Carries a graph out on numbers, operation by operation: the reference that a compiled model is checked against.
///
/// It shares no step with `GraphCompiler`: an error in the one is not repeated in the other. Operators: those that are
/// imported, and those that are written.
struct GraphEvaluator {
  private let graph: ONNXGraph
  private let output: String
  private let needed: [ONNXNode]

  /// - Parameter output: the only one that is computed, with what it needs.
  init(_ graph: ONNXGraph, output: String) {
    self.graph = graph
    self.output = output
    var names: Set<String> = [output]
    var needed: [ONNXNode] = []
    for node in graph.nodes.reversed() where node.outputs.contains(where: names.contains) {
      names.formUnion(node.inputs)
      needed.append(node)
    }
    self.needed = needed.reversed()
  }

  /// The output for rows of `graph.columns` values each.
  func output(of rows: [Float]) throws(CordonError) -> EvaluatedTensor {
    var values = graph.constants.mapValues { EvaluatedTensor($0) }
    values[graph.input] = EvaluatedTensor(
      dimensions: [rows.count / graph.columns, graph.columns], values: rows)
    for node in needed {
      var inputs: [EvaluatedTensor] = []
      for name in node.inputs where !name.isEmpty {
        guard let value = values[name] else { throw Self.unable(node) }
        inputs.append(value)
      }
      guard let results = try perform(node, inputs) else { throw Self.unable(node) }
      for (name, result) in zip(node.outputs, results) where !name.isEmpty { values[name] = result }
    }
    guard let value = values[output] else { throw ONNXRefusal.malformed("its output is not made") }
    return value
  }

  private static func unable(_ node: ONNXNode) -> CordonError {
    ONNXRefusal.refused(node, "the check cannot carry it out")
  }

  private func perform(_ node: ONNXNode, _ inputs: [EvaluatedTensor]) throws(CordonError) -> [EvaluatedTensor]? {
    if node.operation == "Constant" { return try constant(node) }
    guard let first = inputs.first else { return nil }
    if let function = Self.unary(node.operation) { return [first.mapped(function)] }
    if let function = Self.binary(node.operation) {
      var result: EvaluatedTensor? = first
      for next in inputs.dropFirst() { result = result?.combined(with: next, function) }
      return result.map { [$0] }
    }
    switch node.operation {
    case "Identity", "Dropout", "ZipMap": return [first]
    case "Cast": return cast(node, first)
    case "Reshape", "Flatten", "Squeeze", "Unsqueeze": return reshape(node, inputs).map { [$0] }
    case "Clip": return clip(inputs).map { [$0] }
    case "Where": return fill(inputs).map { [$0] }
    case "MatMul", "Gemm": return multiply(node, inputs).map { [$0] }
    case "BatchNormalization": return batchNormalize(node, inputs).map { [$0] }
    case "Scaler": return scale(node, first).map { [$0] }
    case "Gather", "ArrayFeatureExtractor": return pick(inputs).map { [$0] }
    case "LinearRegressor", "LinearClassifier": return linear(node, first)
    case "TreeEnsembleRegressor", "TreeEnsembleClassifier": return try trees(node, first)
    case "LabelEncoder": return [encode(node, first)]
    case "ReduceMean", "ReduceSum": return reduce(node, inputs).map { [$0] }
    case "Concat": return join(inputs).map { [$0] }
    case "TopK": return least(inputs).map { [$0] }
    default: return nil
    }
  }

  private func constant(_ node: ONNXNode) throws(CordonError) -> [EvaluatedTensor]? {
    if let tensor = try node.tensor("value") { return [EvaluatedTensor(tensor)] }
    let numbers = node.floats("value_floats") + node.integers("value_ints").map { Double($0) }
    if !numbers.isEmpty {
      return [EvaluatedTensor(dimensions: [numbers.count], values: numbers.map { Float($0) })]
    }
    let number = node.float("value_float", default: Double(node.integer("value_int", default: 0)))
    return [EvaluatedTensor(dimensions: [], values: [Float(number)])]
  }

  private static func unary(_ operation: String) -> ((Float) -> Float)? {
    switch operation {
    case "Neg": { -$0 }
    case "Abs": { $0.magnitude }
    case "Sqrt": { $0.squareRoot() }
    case "Log": { logf($0) }
    case "Relu": { max(0, $0) }
    case "Sigmoid": { 1 / (1 + expf(-$0)) }
    case "Tanh": { tanhf($0) }
    case "Asinh": { asinhf($0) }
    case "IsNaN": { $0.isNaN ? 1 : 0 }
    case "Not": { $0 == 0 ? 1 : 0 }
    default: nil
    }
  }

  private static func binary(_ operation: String) -> ((Float, Float) -> Float)? {
    switch operation {
    case "Add", "Sum": { $0 + $1 }
    case "Sub": { $0 - $1 }
    case "Mul": { $0 * $1 }
    case "Div": { $0 / $1 }
    case "Pow": { powf($0, $1) }
    case "Max": { max($0, $1) }
    case "Min": { min($0, $1) }
    case "Equal": { $0 == $1 ? 1 : 0 }
    case "Greater": { $0 > $1 ? 1 : 0 }
    case "GreaterOrEqual": { $0 >= $1 ? 1 : 0 }
    case "Less": { $0 < $1 ? 1 : 0 }
    case "LessOrEqual": { $0 <= $1 ? 1 : 0 }
    default: nil
    }
  }
}
