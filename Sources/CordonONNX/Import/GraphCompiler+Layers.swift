import CordonCore
import CordonLearning

/// Operators of networks and scalers.
extension GraphCompiler {
  mutating func activate(_ node: ONNXNode, _ value: SymbolicValue) throws(CordonError) -> SymbolicValue {
    switch (value, node.operation) {
    case (.row(var row), _):
      row.activate(node.operation == "Relu" ? .relu : node.operation == "Tanh" ? .tanh : .sigmoid)
      return .row(row)
    case (.trees(let trees), "Sigmoid"):
      if let linked = trees.linked(.logistic) { return .trees(linked) }
    default: break
    }
    throw ONNXRefusal.refused(node, "it is done to a value in a way that no flat model has")
  }

  /// MatMul, and Gemm: alpha · A · B + beta · C.
  mutating func project(_ node: ONNXNode, _ inputs: [SymbolicValue]) throws(CordonError) -> SymbolicValue {
    try node.allowAttributes(["alpha", "beta", "transA", "transB"])
    guard inputs.count >= 2, case .row(var row) = inputs[0], case .constant(let matrix) = inputs[1],
      matrix.dimensions.count == 2, node.integer("transA", default: 0) == 0
    else { throw ONNXRefusal.refused(node, "it is not rows times a constant matrix") }
    let isTransposed = node.integer("transB", default: 0) != 0
    let (width, outputs) =
      isTransposed ? (matrix.dimensions[1], matrix.dimensions[0]) : (matrix.dimensions[0], matrix.dimensions[1])
    guard width == row.width, outputs > 0 else {
      throw ONNXRefusal.refused(node, "its matrix does not fit rows of \(row.width) columns")
    }
    try spend(width * outputs)
    let alpha = node.float("alpha", default: 1)
    var weights = [Double](repeating: 0, count: width * outputs)
    for output in 0..<outputs {
      for input in 0..<width {
        let position = isTransposed ? output * width + input : input * outputs + output
        weights[output * width + input] = alpha * matrix.values[position]
      }
    }
    var bias = [Double](repeating: 0, count: outputs)
    if inputs.count == 3 {
      guard case .constant(let tensor) = inputs[2], let values = tensor.broadcast(toWidth: outputs) else {
        throw ONNXRefusal.refused(node, "its bias has not one number an output")
      }
      bias = values.map { node.float("beta", default: 1) * $0 }
    }
    row.project(outputs: outputs, weights: weights, bias: bias)
    return .row(row)
  }

  /// y = scale · (x − mean) / √(variance + epsilon) + bias, with the means of training.
  mutating func batchNormalize(_ node: ONNXNode, _ inputs: [SymbolicValue]) throws(CordonError) -> SymbolicValue {
    try node.allowAttributes(["epsilon", "momentum", "spatial", "training_mode"])
    guard inputs.count == 5, case .row(var row) = inputs[0], node.integer("training_mode", default: 0) == 0 else {
      throw ONNXRefusal.refused(node, "it is not over rows, with constants")
    }
    var parameters: [[Double]] = []
    for input in inputs.dropFirst() {
      guard case .constant(let tensor) = input, let values = tensor.broadcast(toWidth: row.width) else {
        throw ONNXRefusal.refused(node, "it is not over rows, with constants")
      }
      parameters.append(values)
    }
    let epsilon = node.float("epsilon", default: 1e-5)
    guard parameters[3].allSatisfy({ $0 + epsilon > 0 }) else {
      throw ONNXRefusal.refused(node, "a variance is negative")
    }
    try spend(row.width * max(1, row.columns.count))
    row.add(parameters[2].map { -$0 })
    row.multiply(by: zip(parameters[0], parameters[3]).map { $0 / ($1 + epsilon).squareRoot() })
    row.add(parameters[1])
    return .row(row)
  }

  /// (x − offset) · scale.
  mutating func scaler(_ node: ONNXNode, _ value: SymbolicValue) throws(CordonError) -> SymbolicValue {
    try node.allowAttributes(["offset", "scale"])
    let (offset, scale) = (node.floats("offset"), node.floats("scale"))
    guard case .row(var row) = value,
      let offsets = ONNXTensor(dimensions: [offset.count], values: offset).broadcast(toWidth: row.width),
      let scales = ONNXTensor(dimensions: [scale.count], values: scale).broadcast(toWidth: row.width),
      (offset + scale).allSatisfy(\.isFinite)
    else { throw ONNXRefusal.refused(node, "it has not one finite number a column") }
    try spend(row.width * max(1, row.columns.count))
    row.add(offsets.map { -$0 })
    row.multiply(by: scales)
    return .row(row)
  }

  mutating func linearRegressor(_ node: ONNXNode, _ value: SymbolicValue) throws(CordonError) -> SymbolicValue {
    try node.allowAttributes(["coefficients", "intercepts", "targets", "post_transform"])
    let targets = node.integer("targets", default: 1)
    guard case .row(var row) = value, node.text("post_transform", default: "NONE") == "NONE", targets > 0,
      targets <= ONNXLimits.columns, node.floats("coefficients").count == targets * row.width
    else { throw ONNXRefusal.refused(node, "its coefficients do not fit the rows") }
    let bias = try intercepts(node, count: targets)
    try spend(targets * row.width)
    row.project(outputs: targets, weights: node.floats("coefficients"), bias: bias)
    return .row(row)
  }

  /// Of two classes; the score is the second one's.
  mutating func linearClassifier(_ node: ONNXNode, _ value: SymbolicValue) throws(CordonError) -> SymbolicValue {
    try node.allowAttributes([
      "coefficients", "intercepts", "classlabels_ints", "classlabels_strings", "multi_class", "post_transform",
    ])
    let classes = max(node.integers("classlabels_ints").count, node.textCount("classlabels_strings"))
    guard classes == 2 else { throw ONNXRefusal.refused(node, "it has \(classes) classes instead of two") }
    guard case .row(var row) = value else { throw ONNXRefusal.refused(node, "it is not over rows") }
    let coefficients = node.floats("coefficients")
    let sums = coefficients.count / max(1, row.width)
    guard coefficients.count == sums * row.width, sums == 1 || sums == 2 else {
      throw ONNXRefusal.refused(node, "its coefficients do not fit the rows")
    }
    var weights = [Double](coefficients.suffix(row.width))
    let intercepts = try intercepts(node, count: sums)
    var bias = intercepts[sums - 1]
    let transform = node.text("post_transform", default: "NONE")
    if transform == "SOFTMAX", sums == 2 {
      // The second of two softmaxes is the logistic of their difference.
      weights = zip(weights, coefficients).map { $0 - $1 }
      bias -= intercepts[0]
    } else if transform != "LOGISTIC" && transform != "NONE" {
      throw ONNXRefusal.refused(node, "its transform is \(ONNXRefusal.quoted(transform))")
    }
    try spend(coefficients.count)
    row.project(outputs: 1, weights: weights, bias: [bias])
    if transform != "NONE" { row.activate(.sigmoid) }
    return .probabilities(.row(row))
  }

  private func intercepts(_ node: ONNXNode, count: Int) throws(CordonError) -> [Double] {
    let given = node.floats("intercepts")
    guard given.isEmpty || given.count == count else {
      throw ONNXRefusal.refused(node, "its intercepts do not fit its coefficients")
    }
    return given.isEmpty ? [Double](repeating: 0, count: count) : given
  }
}
