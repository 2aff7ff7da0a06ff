import CordonLearning

/// Rows on their way through a graph: columns of the input, numbers done to each, then layers.
struct RowValue: Hashable, Sendable {
  /// One operation with a constant a column; kept apart, because trees split on the exact Float that comes out.
  enum Step: Hashable, Sendable {
    case add([Double])
    case multiply([Double])
    case divide([Double])
  }

  /// Columns of the input, in order; a column may be there twice.
  var columns: [Int]
  var steps: [Step] = []
  var layers: [SymbolicLayer] = []
  /// Whether zero was put for what is missing, after the steps.
  var isFilled = false
  /// Whether asinh was taken of every column, after the steps.
  var isCurved = false

  init(width: Int) { columns = Array(0..<width) }

  var width: Int { layers.last?.outputs ?? columns.count }

  /// Whether what is done next is one more step; if not, it is part of a layer.
  private var takesSteps: Bool { layers.isEmpty && !isFilled && !isCurved }

  /// Adds `values`, one a column.
  mutating func add(_ values: [Double]) {
    if takesSteps { steps.append(.add(values)) } else { scaleLast(by: ones, shift: values) }
  }

  mutating func multiply(by values: [Double]) {
    if takesSteps { steps.append(.multiply(values)) } else { scaleLast(by: values, shift: zeros) }
  }

  mutating func divide(by values: [Double]) {
    if takesSteps { steps.append(.divide(values)) } else { scaleLast(by: values.map { 1 / $0 }, shift: zeros) }
  }

  /// `weights` are row-major, outputs × width.
  mutating func project(outputs: Int, weights: [Double], bias: [Double]) {
    layers.append(.dense(SymbolicLayer.Dense(inputs: width, outputs: outputs, weights: weights, bias: bias)))
  }

  /// Passes every column through a function.
  mutating func activate(_ activation: SymbolicActivation) {
    guard let last = layers.last, last.activation == .identity else {
      layers.append(.diagonal(SymbolicLayer.Diagonal(scale: ones, shift: zeros, activation: activation)))
      return
    }
    layers[layers.count - 1].activation = activation
  }

  /// Keeps the named columns, in the given order.
  mutating func select(_ chosen: [Int]) {
    guard layers.isEmpty else {
      layers[layers.count - 1] = layers[layers.count - 1].selecting(chosen)
      return
    }
    columns = chosen.map { columns[$0] }
    steps = steps.map { step in
      switch step {
      case .add(let values): .add(chosen.map { values[$0] })
      case .multiply(let values): .multiply(chosen.map { values[$0] })
      case .divide(let values): .divide(chosen.map { values[$0] })
      }
    }
  }

  private var ones: [Double] { [Double](repeating: 1, count: width) }
  private var zeros: [Double] { [Double](repeating: 0, count: width) }

  /// Folds into the last layer where that one is linear so far.
  private mutating func scaleLast(by scale: [Double], shift: [Double]) {
    guard let last = layers.last, last.activation == .identity else {
      layers.append(.diagonal(SymbolicLayer.Diagonal(scale: scale, shift: shift, activation: .identity)))
      return
    }
    layers[layers.count - 1] = last.scaled(by: scale, shift: shift)
  }
}

extension RowValue {
  /// One column after all steps, computed in Floats as a runtime does.
  func stepped(_ value: Float, column: Int) -> Float {
    steps.reduce(value) { value, step in
      switch step {
      case .add(let values): value + Float(values[column])
      case .multiply(let values): value * Float(values[column])
      case .divide(let values): value / Float(values[column])
      }
    }
  }

  /// Whether a column rises with the input; nil where it does not depend on it.
  func rises(column: Int) -> Bool? {
    var sign = 1.0
    for step in steps {
      switch step {
      case .add: continue
      case .multiply(let values): sign *= values[column].signum
      case .divide(let values): sign *= values[column].signum
      }
    }
    return sign == 0 ? nil : sign > 0
  }
}

extension Double {
  fileprivate var signum: Double { self > 0 ? 1 : self < 0 ? -1 : 0 }
}
