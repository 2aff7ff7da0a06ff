import CordonCore

/// Operators on shapes, and over an axis.
extension GraphEvaluator {
  func cast(_ node: ONNXNode, _ value: EvaluatedTensor) -> [EvaluatedTensor]? {
    switch Onnx_TensorProto.DataType(rawValue: node.integer("to", default: 0)) {
    case .float, .double: [value]
    case .int32, .int64: [value.mapped { $0.rounded(.towardZero) }]
    case .bool: [value.mapped { $0 == 0 ? 0 : 1 }]
    default: nil
    }
  }

  func reshape(_ node: ONNXNode, _ inputs: [EvaluatedTensor]) -> EvaluatedTensor? {
    var value = inputs[0]
    guard let given = inputs.count > 1 ? inputs[1].integers : [] else { return nil }
    let axes = node.integers("axes") + given
    switch node.operation {
    case "Flatten":
      guard let rows = value.dimensions.first else { return nil }
      value.dimensions = [rows, value.width]
    case "Squeeze":
      let dropped = Set(axes.map { $0 < 0 ? $0 + value.dimensions.count : $0 })
      value.dimensions = value.dimensions.enumerated().filter { axis, length in
        axes.isEmpty ? length != 1 : !dropped.contains(axis)
      }.map(\.element)
    case "Unsqueeze":
      let rank = value.dimensions.count + axes.count
      for axis in axes.map({ $0 < 0 ? $0 + rank : $0 }).sorted() {
        guard (0...value.dimensions.count).contains(axis) else { return nil }
        value.dimensions.insert(1, at: axis)
      }
    default:
      var shape = axes.enumerated().map { axis, length in
        length == 0 && axis < value.dimensions.count ? value.dimensions[axis] : length
      }
      let known = shape.filter { $0 != -1 }.reduce(1, *)
      guard known > 0 else { return nil }
      shape = shape.map { $0 == -1 ? value.values.count / known : $0 }
      value.dimensions = shape
    }
    return value.dimensions.reduce(1, *) == value.values.count ? value : nil
  }

  func clip(_ inputs: [EvaluatedTensor]) -> EvaluatedTensor? {
    guard inputs.count == 3, let low = inputs[1].values.first, let high = inputs[2].values.first else { return nil }
    return inputs[0].mapped { min(max($0, low), high) }
  }

  /// The second where the first is true, else the third.
  func fill(_ inputs: [EvaluatedTensor]) -> EvaluatedTensor? {
    guard inputs.count == 3, let chosen = inputs[0].combined(with: inputs[1], { _, number in number }),
      let rest = inputs[0].combined(with: inputs[2], { _, number in number }),
      chosen.dimensions == inputs[0].dimensions, rest.dimensions == inputs[0].dimensions
    else { return nil }
    let values = rest.values.indices.map { inputs[0].values[$0] == 0 ? rest.values[$0] : chosen.values[$0] }
    return EvaluatedTensor(dimensions: rest.dimensions, values: values)
  }

  /// Columns by position.
  func pick(_ inputs: [EvaluatedTensor]) -> EvaluatedTensor? {
    guard inputs.count == 2, inputs[0].dimensions.count == 2, let positions = inputs[1].integers else { return nil }
    let (rows, width) = (inputs[0].dimensions[0], inputs[0].dimensions[1])
    let columns = positions.map { $0 < 0 ? $0 + width : $0 }
    guard columns.allSatisfy({ (0..<width).contains($0) }) else { return nil }
    let values = (0..<rows).flatMap { row in columns.map { inputs[0].values[row * width + $0] } }
    return EvaluatedTensor(dimensions: [rows, columns.count], values: values)
  }

  func reduce(_ node: ONNXNode, _ inputs: [EvaluatedTensor]) -> EvaluatedTensor? {
    guard let given = inputs.count > 1 ? inputs[1].integers : [] else { return nil }
    let axes = node.integers("axes") + given
    guard axes.count == 1 else { return nil }
    let axis = axes[0] < 0 ? axes[0] + inputs[0].dimensions.count : axes[0]
    guard inputs[0].dimensions.indices.contains(axis) else { return nil }
    let sum = inputs[0].summed(axis: axis, keepsAxis: node.integer("keepdims", default: 1) != 0)
    let length = Float(inputs[0].dimensions[axis])
    return node.operation == "ReduceMean" ? sum.mapped { $0 / length } : sum
  }

  /// Columns side by side.
  func join(_ inputs: [EvaluatedTensor]) -> EvaluatedTensor? {
    guard let rows = inputs[0].dimensions.first,
      inputs.allSatisfy({ $0.dimensions.count == 2 && $0.dimensions[0] == rows })
    else { return nil }
    let values = (0..<rows).flatMap { row in
      inputs.flatMap { $0.values[row * $0.width..<(row + 1) * $0.width] }
    }
    return EvaluatedTensor(dimensions: [rows, inputs.reduce(0) { $0 + $1.width }], values: values)
  }

  /// The least values of each row, ascending: TopK as it is written here.
  func least(_ inputs: [EvaluatedTensor]) -> EvaluatedTensor? {
    guard inputs.count == 2, inputs[0].dimensions.count == 2, let count = inputs[1].integers?.first,
      (0...inputs[0].dimensions[1]).contains(count)
    else { return nil }
    let (rows, width) = (inputs[0].dimensions[0], inputs[0].dimensions[1])
    let values = (0..<rows).flatMap { inputs[0].values[$0 * width..<($0 + 1) * width].sorted().prefix(count) }
    return EvaluatedTensor(dimensions: [rows, count], values: values)
  }
}
