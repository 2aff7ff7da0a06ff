import CordonCore
import CordonLearning

/// Operators that change no number: they pass a value on, or refuse a shape that is not one row's.
extension GraphCompiler {
  func constant(_ node: ONNXNode) throws(CordonError) -> SymbolicValue {
    try node.allowAttributes(["value", "value_float", "value_int", "value_floats", "value_ints"])
    if let tensor = try node.tensor("value") { return .constant(tensor) }
    let numbers = node.floats("value_floats") + node.integers("value_ints").map { Double($0) }
    if !numbers.isEmpty { return .constant(ONNXTensor(dimensions: [numbers.count], values: numbers)) }
    let number = node.float("value_float", default: Double(node.integer("value_int", default: 0)))
    return .constant(ONNXTensor(dimensions: [], values: [number]))
  }

  /// To a floating type nothing changes; to whole numbers only what is one number a leaf.
  func cast(_ node: ONNXNode, _ value: SymbolicValue) throws(CordonError) -> SymbolicValue {
    try node.allowAttributes(["to", "saturate"])
    switch (Onnx_TensorProto.DataType(rawValue: node.integer("to", default: 0)), value) {
    case (.float, .missing), (.double, .missing): break
    case (.float, _), (.double, _): return value
    case (.int32, .constant(var tensor)), (.int64, .constant(var tensor)):
      tensor.values = tensor.values.map { $0.rounded(.towardZero) }
      return .constant(tensor)
    case (.int32, .trees(let trees)), (.int64, .trees(let trees)):
      if let leaves = trees.leafValues { return .trees(trees.replacingLeaves(leaves.map { $0.rounded(.towardZero) })) }
    case (.bool, .trees(let trees)):
      if let leaves = trees.leafValues { return .trees(trees.replacingLeaves(leaves.map { $0 == 0 ? 0 : 1 })) }
    default: break
    }
    throw ONNXRefusal.refused(node, "it changes a computed value to another type")
  }

  /// Harmless where every row stays a row of as many numbers.
  func reshape(_ node: ONNXNode, _ inputs: [SymbolicValue]) throws(CordonError) -> SymbolicValue {
    try node.allowAttributes(["allowzero", "axis", "axes"])
    guard let value = inputs.first else { throw ONNXRefusal.refused(node, "it has no input") }
    if case .constant(let tensor) = value { return try reshaped(node, tensor, inputs) }
    let width = Self.width(of: value)
    switch node.operation {
    case "Flatten":
      guard node.integer("axis", default: 1) == 1 else { throw ONNXRefusal.refused(node, "it mixes rows") }
    case "Reshape":
      guard case .constant(let shape)? = inputs.dropFirst().first, let sizes = shape.integers,
        Self.keepsRows(sizes, width: width)
      else { throw ONNXRefusal.refused(node, "it changes the width of a row") }
    default:
      guard width == 1 else { throw ONNXRefusal.refused(node, "it changes the rank of rows") }
    }
    return value
  }

  private static func keepsRows(_ shape: [Int], width: Int?) -> Bool {
    guard let width else { return false }
    switch shape.count {
    case 1: return width == 1 && shape[0] == -1
    case 2: return (shape[0] == -1 && shape[1] == width) || (shape[0] == 0 && (shape[1] == -1 || shape[1] == width))
    default: return false
    }
  }

  /// Of a constant any shape with as many numbers will do: only broadcasting reads it.
  private func reshaped(
    _ node: ONNXNode, _ tensor: ONNXTensor, _ inputs: [SymbolicValue]
  ) throws(CordonError) -> SymbolicValue {
    guard node.operation != "Flatten", node.operation != "Reshape" || inputs.count == 2 else {
      throw ONNXRefusal.refused(node, "it is done to a constant")
    }
    guard tensor.dimensions.filter({ $0 != 1 }).count <= 1 else {
      throw ONNXRefusal.refused(node, "it reshapes a constant matrix")
    }
    return .constant(ONNXTensor(dimensions: [tensor.values.count], values: tensor.values))
  }

  /// Numbers a row; nil for what is none.
  static func width(of value: SymbolicValue) -> Int? {
    switch value {
    case .row(let row): row.width
    case .residual(let residual): residual.output.width
    case .trees, .error: 1
    case .probabilities: 2
    case .constant, .missing, .presence, .presentCount, .errorSum, .label, .refused: nil
    }
  }

  /// Columns by position.
  mutating func select(_ node: ONNXNode, _ inputs: [SymbolicValue]) throws(CordonError) -> SymbolicValue {
    try node.allowAttributes(["axis"])
    guard inputs.count == 2, case .constant(let tensor) = inputs[1], let indices = tensor.integers, !indices.isEmpty,
      node.operation == "ArrayFeatureExtractor" || [1, -1].contains(node.integer("axis", default: 0)),
      let width = Self.width(of: inputs[0])
    else { throw ONNXRefusal.refused(node, "it picks something other than columns by constant positions") }
    var chosen: [Int] = []
    for index in indices {
      let position = index < 0 ? index + width : index
      guard (0..<width).contains(position), chosen.count < ONNXLimits.columns else {
        throw ONNXRefusal.refused(node, "it picks a column that is not there")
      }
      chosen.append(position)
    }
    switch inputs[0] {
    case .row(var row):
      try spend(row.width * max(1, row.columns.count))
      row.select(chosen)
      return .row(row)
    case .probabilities(let inner) where chosen == [1]: return inner
    case .trees, .error: return inputs[0]
    default: throw ONNXRefusal.refused(node, "it picks columns of a value that has none")
    }
  }

  /// A classifier's second column joined to its first: the positive class's probability.
  func concatenate(_ node: ONNXNode, _ inputs: [SymbolicValue]) throws(CordonError) -> SymbolicValue {
    try node.allowAttributes(["axis"])
    let isPair =
      inputs.count == 2 && [1, -1].contains(node.integer("axis", default: 0))
      && inputs.allSatisfy { Self.width(of: $0) == 1 }
    switch inputs.last {
    case .row(let row)? where isPair && row.layers.last?.activation == .sigmoid: return .probabilities(.row(row))
    case .trees(let trees)? where isPair && trees.link == .logistic: return .probabilities(.trees(trees))
    default: throw ONNXRefusal.refused(node, "it joins columns that are not two classes' probabilities")
    }
  }

  func zipMap(_ node: ONNXNode, _ value: SymbolicValue) throws(CordonError) -> SymbolicValue {
    guard case .probabilities = value else {
      throw ONNXRefusal.refused(node, "it is not over two classes' probabilities")
    }
    return value
  }
}
