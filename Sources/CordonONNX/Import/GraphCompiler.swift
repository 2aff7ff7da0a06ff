import CordonCore

/// Carries a graph out on forms instead of numbers; the list of operators that Cordon imports is its `perform`.
///
/// Cost: one step an operation, and `ONNXLimits.work` leaves and weights in all.
struct GraphCompiler: Sendable {
  let graph: ONNXGraph
  /// Shapes of all trees met so far.
  var structures: [TreeStructure] = []
  private var values: [String: SymbolicValue] = [:]
  private var work = 0

  /// Compiles the whole graph; what has no form is found in the outputs, as `refused`.
  init(_ graph: ONNXGraph) throws(CordonError) {
    self.graph = graph
    values[graph.input] = .row(RowValue(width: graph.columns))
    for (name, tensor) in graph.constants { values[name] = .constant(tensor) }
    for node in graph.nodes {
      let results = try results(of: node)
      for (index, name) in node.outputs.enumerated() where !name.isEmpty {
        values[name] = index < results.count ? results[index] : .label
      }
    }
  }

  /// The form of an output.
  func value(_ name: String) -> SymbolicValue? { values[name] }

  /// Counts leaves or weights that an operation touches.
  mutating func spend(_ amount: Int) throws(CordonError) {
    work += amount
    guard work <= ONNXLimits.work else {
      throw ONNXRefusal.oversized("its operations touch more than \(ONNXLimits.work) numbers")
    }
  }

  private mutating func results(of node: ONNXNode) throws(CordonError) -> [SymbolicValue] {
    var inputs: [SymbolicValue] = []
    for name in node.inputs where !name.isEmpty {
      guard let value = values[name] else { throw ONNXRefusal.malformed("an operator uses what is not there") }
      switch value {
      case .refused, .label: return node.outputs.map { _ in value }
      default: inputs.append(value)
      }
    }
    do {
      return try perform(node, inputs)
    } catch {
      // A limit ends everything; a form that is missing ends only what depends on it.
      guard error.code == "onnx-operator" else { throw error }
      return node.outputs.map { _ in .refused(error) }
    }
  }

  private mutating func perform(_ node: ONNXNode, _ inputs: [SymbolicValue]) throws(CordonError) -> [SymbolicValue] {
    switch node.operation {
    case "Constant": [try constant(node)]
    case "Identity", "Dropout": [try first(node, inputs)]
    case "Cast": [try cast(node, first(node, inputs))]
    case "Reshape", "Flatten", "Squeeze", "Unsqueeze": [try reshape(node, inputs)]
    case "Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Equal", "Greater", "GreaterOrEqual", "Less",
      "LessOrEqual":
      [try binary(node, inputs)]
    case "Sum": [try sum(node, inputs)]
    case "Neg", "Abs", "Sqrt", "Log": [try unary(node, first(node, inputs))]
    case "Relu", "Sigmoid", "Tanh": [try activate(node, first(node, inputs))]
    case "MatMul", "Gemm": [try project(node, inputs)]
    case "BatchNormalization": [try batchNormalize(node, inputs)]
    case "Scaler": [try scaler(node, first(node, inputs))]
    case "Gather", "ArrayFeatureExtractor": [try select(node, inputs)]
    case "LinearRegressor": [try linearRegressor(node, first(node, inputs))]
    case "LinearClassifier": [.label, try linearClassifier(node, first(node, inputs))]
    case "TreeEnsembleRegressor": [try treeRegressor(node, first(node, inputs))]
    case "TreeEnsembleClassifier": [.label, try treeClassifier(node, first(node, inputs))]
    case "LabelEncoder": [try encodeLeaves(node, first(node, inputs))]
    case "ReduceMean": [try mean(node, inputs)]
    case "ReduceSum": [try sumOfPresent(node, inputs)]
    case "Concat": [try concatenate(node, inputs)]
    case "ZipMap": [try zipMap(node, first(node, inputs))]
    case "IsNaN": [try missing(node, first(node, inputs))]
    case "Not": [try present(node, first(node, inputs))]
    case "Where": [try fill(node, inputs)]
    case "Asinh": [try curve(node, first(node, inputs))]
    default: throw ONNXRefusal.refused(node, "it is not in the list of operators")
    }
  }

  private func first(_ node: ONNXNode, _ inputs: [SymbolicValue]) throws(CordonError) -> SymbolicValue {
    guard let first = inputs.first else { throw ONNXRefusal.refused(node, "it has no input") }
    return first
  }
}
