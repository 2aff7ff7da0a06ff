import CordonLearning

/// What several models begin or end with.
extension GraphWriter {
  /// Sums over the last axis of two, kept as a column.
  mutating func sumOfColumns(_ value: String) -> String {
    let axes = whole([1])
    return node("ReduceSum", [value, axes], [.integer("keepdims", 1)])
  }

  /// Which values of the rows are missing.
  mutating func missing() -> String { node("IsNaN", [Self.input]) }

  /// The rows with a number of each column's own for what is missing.
  mutating func filled(with fills: [Float]) -> String {
    let missing = missing()
    let fills = row(fills)
    return node("Where", [missing, fills, Self.input])
  }

  /// curve((x − offset) · factor), zero for what is missing.
  mutating func scaled(_ scaling: InputScaling) -> String {
    let offsets = row(scaling.offsets)
    let factors = row(scaling.factors)
    let moved = node("Sub", [Self.input, offsets])
    var value = node("Mul", [moved, factors])
    if scaling.curve == .asinh { value = node("Asinh", [value]) }
    let missing = missing()
    let zero = number(0)
    return node("Where", [missing, zero, value])
  }

  /// 1 where a value is present, 0 where it is missing.
  mutating func presence() -> String {
    let missing = missing()
    let present = node("Not", [missing])
    return node("Cast", [present], [.integer("to", Onnx_TensorProto.DataType.float.rawValue)])
  }
}
