import CordonLearning

typealias SymbolicActivation = DenseNetwork.Activation

/// A layer while it is put together, in Doubles.
enum SymbolicLayer: Hashable, Sendable {
  /// y = activation(W x + b).
  struct Dense: Hashable, Sendable {
    var inputs: Int
    var outputs: Int
    /// Row-major, outputs × inputs.
    var weights: [Double]
    var bias: [Double]
    var activation = SymbolicActivation.identity
  }

  /// y = activation(scale · x + shift), column by column.
  struct Diagonal: Hashable, Sendable {
    var scale: [Double]
    var shift: [Double]
    var activation: SymbolicActivation
  }

  case dense(Dense)
  case diagonal(Diagonal)

  var outputs: Int {
    switch self {
    case .dense(let dense): dense.outputs
    case .diagonal(let diagonal): diagonal.scale.count
    }
  }

  var activation: SymbolicActivation {
    get {
      switch self {
      case .dense(let dense): dense.activation
      case .diagonal(let diagonal): diagonal.activation
      }
    }
    set {
      switch self {
      case .dense(var dense):
        dense.activation = newValue
        self = .dense(dense)
      case .diagonal(var diagonal):
        diagonal.activation = newValue
        self = .diagonal(diagonal)
      }
    }
  }

  /// The layer followed by scale · y + shift; only where it is linear.
  func scaled(by scale: [Double], shift: [Double]) -> SymbolicLayer {
    switch self {
    case .dense(var dense):
      for output in 0..<dense.outputs {
        for input in 0..<dense.inputs { dense.weights[output * dense.inputs + input] *= scale[output] }
        dense.bias[output] = dense.bias[output] * scale[output] + shift[output]
      }
      return .dense(dense)
    case .diagonal(var diagonal):
      for column in scale.indices {
        diagonal.scale[column] *= scale[column]
        diagonal.shift[column] = diagonal.shift[column] * scale[column] + shift[column]
      }
      return .diagonal(diagonal)
    }
  }

  /// The layer with only the chosen outputs, which may repeat.
  func selecting(_ chosen: [Int]) -> SymbolicLayer {
    let dense = expanded
    var weights: [Double] = []
    for output in chosen { weights += dense.weights[output * dense.inputs..<(output + 1) * dense.inputs] }
    return .dense(
      Dense(
        inputs: dense.inputs, outputs: chosen.count, weights: weights, bias: chosen.map { dense.bias[$0] },
        activation: dense.activation))
  }

  /// The same as a full matrix.
  var expanded: Dense {
    switch self {
    case .dense(let dense): return dense
    case .diagonal(let diagonal):
      let width = diagonal.scale.count
      var weights = [Double](repeating: 0, count: width * width)
      for column in 0..<width { weights[column * width + column] = diagonal.scale[column] }
      return Dense(
        inputs: width, outputs: width, weights: weights, bias: diagonal.shift, activation: diagonal.activation)
    }
  }
}

extension SymbolicLayer.Dense {
  /// W (scale · x + shift) + b as one layer.
  func taking(scale: [Double], shift: [Double]) -> Self {
    var layer = self
    for output in 0..<outputs {
      for input in 0..<inputs {
        layer.bias[output] += weights[output * inputs + input] * shift[input]
        layer.weights[output * inputs + input] *= scale[input]
      }
    }
    return layer
  }
}
