import CordonCore
import CordonLearning

/// Puts the steps and layers of rows together as an input scaling and fully connected layers over the whole input.
struct NetworkAssembly {
  private let row: RowValue
  private let inputColumns: Int
  /// What the scaling could not take: scale and shift of each of the row's columns.
  private var restScale: [Double]
  private var restShift: [Double]

  init(_ row: RowValue, inputColumns: Int) {
    self.row = row
    self.inputColumns = inputColumns
    restScale = [Double](repeating: 1, count: row.columns.count)
    restShift = [Double](repeating: 0, count: row.columns.count)
  }

  /// The input scaling z = (x − offset) · factor that the steps make; columns that are not read have factor 0.
  ///
  /// - Parameter isExact: whether z must be just what the steps make, because a reconstruction is compared with it; else
  ///   what does not fit goes on into the first layer.
  ///
  /// Nil where it must be exact and cannot: a column is multiplied by zero.
  mutating func scaling(steps: Range<Int>, isExact: Bool) -> InputScaling? {
    let isRepeated = Set(row.columns).count < row.columns.count
    guard !isRepeated || !isExact else { return nil }
    guard !isRepeated, !steps.isEmpty || row.isCurved else {
      // A column that is read twice may be scaled twice: the first layer does it.
      for column in row.columns.indices { (restScale[column], restShift[column]) = line(steps, column: column) }
      return InputScaling(identity: inputColumns)
    }
    var offsets = [Float](repeating: 0, count: inputColumns)
    var factors = [Float](repeating: 0, count: inputColumns)
    for (column, source) in row.columns.enumerated() {
      var (offset, factor, shift) = (0.0, 1.0, 0.0)
      for step in row.steps[steps] {
        switch step {
        case .add(let values) where factor == 1 && shift == 0: offset -= values[column]
        case .add(let values): shift += values[column]
        case .multiply(let values): (factor, shift) = (factor * values[column], shift * values[column])
        case .divide(let values): (factor, shift) = (factor / values[column], shift / values[column])
        }
      }
      if isExact, shift != 0 {
        guard factor != 0 else { return nil }
        offset -= shift / factor
        shift = 0
      }
      offsets[source] = Float(offset)
      factors[source] = Float(factor)
      restShift[column] = shift
    }
    return InputScaling(offsets: offsets, factors: factors, curve: row.isCurved ? .asinh : .linear)
  }

  /// The layers over the scaled input, with the steps from `first` on before them.
  func layers(after first: Int) throws(CordonError) -> [DenseNetwork.Layer] {
    var pending = SymbolicLayer.Diagonal(scale: restScale, shift: restShift, activation: .identity)
    for column in pending.scale.indices {
      let (scale, shift) = line(first..<max(first, row.steps.count), column: column)
      pending.scale[column] *= scale
      pending.shift[column] = pending.shift[column] * scale + shift
    }
    var waiting: SymbolicLayer.Diagonal? = pending
    var dense: [SymbolicLayer.Dense] = []
    for layer in row.layers {
      switch (layer, waiting) {
      case (.dense(let next), let before?):
        dense.append(next.taking(scale: before.scale, shift: before.shift))
        waiting = nil
      case (.dense(let next), nil): dense.append(next)
      case (.diagonal(var next), _):
        if let before = waiting {
          for column in next.scale.indices {
            next.shift[column] += next.scale[column] * before.shift[column]
            next.scale[column] *= before.scale[column]
          }
        }
        waiting = next.activation == .identity ? next : nil
        if next.activation != .identity { dense.append(SymbolicLayer.diagonal(next).expanded) }
      }
    }
    if let waiting { dense.append(SymbolicLayer.diagonal(waiting).expanded) }
    dense[0] = spread(dense[0])
    var flat: [DenseNetwork.Layer] = []
    for layer in dense { flat.append(try flatLayer(layer)) }
    return flat
  }

  /// The steps of one column as scale · x + shift.
  private func line(_ steps: Range<Int>, column: Int) -> (scale: Double, shift: Double) {
    var (scale, shift) = (1.0, 0.0)
    for step in row.steps[steps] {
      switch step {
      case .add(let values): shift += values[column]
      case .multiply(let values): (scale, shift) = (scale * values[column], shift * values[column])
      case .divide(let values): (scale, shift) = (scale / values[column], shift / values[column])
      }
    }
    return (scale, shift)
  }

  /// The first layer over all columns of the input instead of those that the row reads.
  private func spread(_ layer: SymbolicLayer.Dense) -> SymbolicLayer.Dense {
    guard row.columns != Array(0..<inputColumns) else { return layer }
    var spread = layer
    spread.inputs = inputColumns
    spread.weights = [Double](repeating: 0, count: layer.outputs * inputColumns)
    for output in 0..<layer.outputs {
      for (input, column) in row.columns.enumerated() {
        spread.weights[output * inputColumns + column] += layer.weights[output * layer.inputs + input]
      }
    }
    return spread
  }

  private func flatLayer(_ layer: SymbolicLayer.Dense) throws(CordonError) -> DenseNetwork.Layer {
    let flat = DenseNetwork.Layer(
      inputs: layer.inputs, outputs: layer.outputs, weights: layer.weights.map { Float($0) },
      bias: layer.bias.map { Float($0) }, activation: layer.activation)
    guard let flat else {
      throw ONNXRefusal.oversized("a layer of \(layer.inputs) × \(layer.outputs) numbers does not fit a flat model")
    }
    return flat
  }
}
