import CordonLearning

/// Networks, projections and neighbours.
extension GraphWriter {
  mutating func score(_ model: NetworkModel) -> String {
    let input = scaled(model.scaling)
    var value = input
    for layer in model.network.layers {
      let weights = constant(layer.weights, [layer.outputs, layer.inputs])
      let bias = constant(layer.bias, [layer.outputs])
      value = node("Gemm", [value, weights, bias], [.integer("transB", 1)])
      switch layer.activation {
      case .identity: break
      case .relu: value = node("Relu", [value])
      case .sigmoid: value = node("Sigmoid", [value])
      case .tanh: value = node("Tanh", [value])
      }
    }
    switch model.output {
    case .column(let column):
      guard model.network.outputs > 1 else { return value }
      let index = whole([column])
      return node("Gather", [value, index], [.integer("axis", 1)])
    case .meanAbsolute: return meanError(input, value, "Abs")
    case .meanSquare: return meanError(input, value, "Mul")
    case .reconstruction:
      let mean = meanError(input, value, "Mul")
      return node("Sqrt", [mean])
    }
  }

  /// The mean over present columns of what was not rebuilt, squared (`Mul`) or without its sign (`Abs`).
  private mutating func meanError(_ input: String, _ output: String, _ measure: String) -> String {
    let error = node("Sub", [input, output])
    let measured = node(measure, measure == "Mul" ? [error, error] : [error])
    let presence = presence()
    let counted = node("Mul", [measured, presence])
    let sum = sumOfColumns(counted)
    let present = sumOfColumns(presence)
    let one = number(1)
    let count = node("Max", [present, one])
    return node("Div", [sum, count])
  }

  /// √(Σ tᵢ²/λᵢ + ‖r‖²/λᵣ).
  mutating func score(_ model: ProjectionModel) -> String {
    let deviation = scaled(model.scaling)
    let count = model.variances.count
    let residualWeight = number(1 / Double(model.residualVariance))
    guard count > 0 else {
      let square = node("Mul", [deviation, deviation])
      let sum = sumOfColumns(square)
      return node("Sqrt", [node("Mul", [sum, residualWeight])])
    }
    let components = constant(model.components, [count, columns])
    let none = number(0)
    let lengths = node("Gemm", [deviation, components, none], [.integer("transB", 1)])
    let rebuilt = node("MatMul", [lengths, components])
    let rest = node("Sub", [deviation, rebuilt])
    let weights = row(model.variances.map { 1 / $0 })
    let squares = node("Mul", [lengths, lengths])
    let along = sumOfColumns(node("Mul", [squares, weights]))
    let restSquares = node("Mul", [rest, rest])
    let left = node("Mul", [sumOfColumns(restSquares), residualWeight])
    return node("Sqrt", [node("Add", [along, left])])
  }

  /// The mean distance to the nearest of the sample; differences are taken before squares, so that nothing cancels.
  mutating func score(_ model: NeighbourModel) -> String {
    let rows = scaled(model.scaling)
    let middle = whole([1])
    let spread = node("Unsqueeze", [rows, middle])
    let sample = constant(model.sample, [1, model.sampleRows, columns])
    let difference = node("Sub", [spread, sample])
    let square = node("Mul", [difference, difference])
    let last = whole([2])
    let squares = node("ReduceSum", [square, last], [.integer("keepdims", 0)])
    let count = whole([model.neighbours])
    let nearest = nodes(
      "TopK", [squares, count], [.integer("largest", 0), .integer("sorted", 1), .integer("axis", 1)], outputs: 2)[0]
    let distances = node("Sqrt", [nearest])
    return node("ReduceMean", [distances, middle], [.integer("keepdims", 1)])
  }
}
