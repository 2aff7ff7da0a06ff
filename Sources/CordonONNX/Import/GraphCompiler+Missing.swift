import CordonCore

/// What Cordon's own files do about missing values and heavy tails, and flat models do themselves.
extension GraphCompiler {
  /// Which values of the input are missing.
  func missing(_ node: ONNXNode, _ value: SymbolicValue) throws(CordonError) -> SymbolicValue {
    guard case .row(let row) = value, row == RowValue(width: graph.columns) else {
      throw ONNXRefusal.refused(node, "it is not over the input")
    }
    return .missing
  }

  func present(_ node: ONNXNode, _ value: SymbolicValue) throws(CordonError) -> SymbolicValue {
    guard case .missing = value else { throw ONNXRefusal.refused(node, "it is not over what is missing") }
    return .presence
  }

  /// Scaled rows with zero for what is missing.
  func fill(_ node: ONNXNode, _ inputs: [SymbolicValue]) throws(CordonError) -> SymbolicValue {
    guard inputs.count == 3, case .missing = inputs[0], case .constant(let tensor) = inputs[1], tensor.scalar == 0,
      case .row(var row) = inputs[2], row.layers.isEmpty, row.columns == Array(0..<graph.columns)
    else { throw ONNXRefusal.refused(node, "it does something other than put zero for what is missing") }
    row.isFilled = true
    return .row(row)
  }

  /// asinh of scaled rows.
  func curve(_ node: ONNXNode, _ value: SymbolicValue) throws(CordonError) -> SymbolicValue {
    guard case .row(var row) = value, row.layers.isEmpty, !row.isFilled, !row.isCurved else {
      throw ONNXRefusal.refused(node, "it is not over scaled rows")
    }
    row.isCurved = true
    return .row(row)
  }

  /// The errors of present columns, or how many there are.
  func sumOfPresent(_ node: ONNXNode, _ inputs: [SymbolicValue]) throws(CordonError) -> SymbolicValue {
    try node.allowAttributes(["axes", "keepdims", "noop_with_empty_axes"])
    guard Self.isOverColumns(node, inputs) else {
      throw ONNXRefusal.refused(node, "it is not over the columns of a row")
    }
    switch inputs.first {
    case .presence?: return .presentCount
    case .residual(let residual)? where residual.isMasked && residual.power != .plain:
      return .errorSum(Self.error(residual))
    default: throw ONNXRefusal.refused(node, "it is not over the errors of present columns")
    }
  }

  /// The mean of a residual over the columns of a row.
  func mean(_ node: ONNXNode, _ inputs: [SymbolicValue]) throws(CordonError) -> SymbolicValue {
    try node.allowAttributes(["axes", "keepdims", "noop_with_empty_axes"])
    guard Self.isOverColumns(node, inputs) else {
      throw ONNXRefusal.refused(node, "it is not over the columns of a row")
    }
    guard case .residual(let residual)? = inputs.first, residual.power != .plain, !residual.isMasked else {
      throw ONNXRefusal.refused(node, "it is not over the squares of a reconstruction's errors")
    }
    return .error(Self.error(residual))
  }

  private static func isOverColumns(_ node: ONNXNode, _ inputs: [SymbolicValue]) -> Bool {
    var axes = node.integers("axes")
    if inputs.count == 2, case .constant(let tensor) = inputs[1] { axes = tensor.integers ?? [] }
    return axes == [1] || axes == [-1]
  }

  private static func error(_ residual: ResidualValue) -> ReconstructionError {
    ReconstructionError(
      target: residual.target, output: residual.output,
      measure: residual.power == .square ? .meanSquare : .meanAbsolute)
  }
}
