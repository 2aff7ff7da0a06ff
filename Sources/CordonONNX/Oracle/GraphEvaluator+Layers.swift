import CordonCore
import Glibc

/// Operators of networks, scalers and trees.
extension GraphEvaluator {
  /// MatMul, and Gemm: alpha · A · B + beta · C.
  func multiply(_ node: ONNXNode, _ inputs: [EvaluatedTensor]) -> EvaluatedTensor? {
    guard inputs.count >= 2, inputs[0].dimensions.count == 2, inputs[1].dimensions.count == 2 else { return nil }
    let isTransposed = node.integer("transB", default: 0) != 0
    let (rows, inner) = (inputs[0].dimensions[0], inputs[0].dimensions[1])
    let outputs = inputs[1].dimensions[isTransposed ? 0 : 1]
    guard inputs[1].dimensions[isTransposed ? 1 : 0] == inner else { return nil }
    let alpha = Float(node.float("alpha", default: 1))
    var values = [Float](repeating: 0, count: rows * outputs)
    for row in 0..<rows {
      for output in 0..<outputs {
        var sum: Float = 0
        for step in 0..<inner {
          let weight = isTransposed ? output * inner + step : step * outputs + output
          sum += inputs[0].values[row * inner + step] * inputs[1].values[weight]
        }
        values[row * outputs + output] = alpha * sum
      }
    }
    let product = EvaluatedTensor(dimensions: [rows, outputs], values: values)
    guard inputs.count == 3 else { return product }
    let beta = Float(node.float("beta", default: 1))
    return product.combined(with: inputs[2]) { $0 + beta * $1 }
  }

  func batchNormalize(_ node: ONNXNode, _ inputs: [EvaluatedTensor]) -> EvaluatedTensor? {
    guard inputs.count == 5 else { return nil }
    let epsilon = Float(node.float("epsilon", default: 1e-5))
    return inputs[0].combined(with: inputs[3]) { $0 - $1 }?
      .combined(with: inputs[4]) { $0 / ($1 + epsilon).squareRoot() }?
      .combined(with: inputs[1]) { $0 * $1 }?
      .combined(with: inputs[2]) { $0 + $1 }
  }

  func scale(_ node: ONNXNode, _ value: EvaluatedTensor) -> EvaluatedTensor? {
    let row = { (name: String) in
      let numbers = node.floats(name).map { Float($0) }
      return EvaluatedTensor(dimensions: [numbers.count], values: numbers)
    }
    return value.combined(with: row("offset")) { $0 - $1 }?.combined(with: row("scale")) { $0 * $1 }
  }

  /// For a classifier the classes (not computed, NaN) and then both probabilities.
  func linear(_ node: ONNXNode, _ value: EvaluatedTensor) -> [EvaluatedTensor]? {
    let coefficients = node.floats("coefficients").map { Float($0) }
    let intercepts = node.floats("intercepts").map { Float($0) }
    let sums = coefficients.count / max(1, value.width)
    guard value.dimensions.count == 2, sums > 0 else { return nil }
    let weights = EvaluatedTensor(dimensions: [value.width, sums], values: transposed(coefficients, rows: sums))
    guard var scores = multiply(node, [value, weights]) else { return nil }
    if !intercepts.isEmpty {
      let bias = EvaluatedTensor(dimensions: [intercepts.count], values: intercepts)
      guard let moved = scores.combined(with: bias, { $0 + $1 }) else { return nil }
      scores = moved
    }
    guard node.operation == "LinearClassifier" else { return [scores] }
    return twoClasses(scores, transform: node.text("post_transform", default: "NONE"))
  }

  private func transposed(_ values: [Float], rows: Int) -> [Float] {
    let columns = values.count / rows
    return (0..<columns).flatMap { column in (0..<rows).map { values[$0 * columns + column] } }
  }

  /// One sum a row, or one a class, as two columns.
  private func twoClasses(_ sums: EvaluatedTensor, transform: String) -> [EvaluatedTensor]? {
    let logistic = { (value: Float) in 1 / (1 + expf(-value)) }
    let rows = sums.values.count / sums.width
    var values: [Float] = []
    for row in 0..<rows {
      let own = sums.values[row * sums.width..<(row + 1) * sums.width]
      guard let second = own.last, own.count <= 2 else { return nil }
      let first = own.count == 2 ? own[own.startIndex] : -second
      switch transform {
      case "NONE": values += [own.count == 2 ? first : 1 - second, second]
      case "LOGISTIC": values += [logistic(first), logistic(second)]
      case "SOFTMAX" where own.count == 2: values += [logistic(first - second), logistic(second - first)]
      default: return nil
      }
    }
    let labels = EvaluatedTensor(dimensions: [rows], values: [Float](repeating: .nan, count: rows))
    return [labels, EvaluatedTensor(dimensions: [rows, 2], values: values)]
  }

  func encode(_ node: ONNXNode, _ value: EvaluatedTensor) -> EvaluatedTensor {
    let keys = node.integers("keys_int64s").map { Float($0) } + node.floats("keys_floats").map { Float($0) }
    let values = node.integers("values_int64s").map { Float($0) } + node.floats("values_floats").map { Float($0) }
    let table = Dictionary(zip(keys, values)) { first, _ in first }
    let other = Float(node.float("default_float", default: Double(node.integer("default_int64", default: -1))))
    return value.mapped { table[$0] ?? other }
  }

  /// Walks every tree for every row, over ONNX's own lists.
  func trees(_ node: ONNXNode, _ value: EvaluatedTensor) throws(CordonError) -> [EvaluatedTensor]? {
    let isRegressor = node.operation == "TreeEnsembleRegressor"
    let walker = try TreeWalker(node, prefix: isRegressor ? "target" : "class")
    let rows = value.values.count / value.width
    var sums: [Float] = []
    for row in 0..<rows {
      guard let own = walker.sums(value.values[row * value.width..<(row + 1) * value.width]) else { return nil }
      sums += own
    }
    let scores = EvaluatedTensor(dimensions: [rows, sums.count / max(1, rows)], values: sums)
    let transform = node.text("post_transform", default: "NONE")
    guard isRegressor else { return twoClasses(scores, transform: transform) }
    return [transform == "LOGISTIC" ? scores.mapped { 1 / (1 + expf(-$0)) } : scores]
  }
}
