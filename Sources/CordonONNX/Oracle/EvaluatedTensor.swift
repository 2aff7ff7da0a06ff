/// Numbers with a shape, computed in Floats as an ONNX runtime does.
struct EvaluatedTensor: Sendable {
  var dimensions: [Int]
  /// Row-major.
  var values: [Float]

  init(dimensions: [Int], values: [Float]) {
    self.dimensions = dimensions
    self.values = values
  }

  init(_ constant: ONNXTensor) {
    dimensions = constant.dimensions
    values = constant.values.map { Float($0) }
  }

  /// Numbers a row of a matrix; 1 for a list.
  var width: Int { dimensions.count < 2 ? 1 : dimensions.dropFirst().reduce(1, *) }

  /// The numbers as whole ones; nil where one is not.
  var integers: [Int]? {
    let whole = values.compactMap { Int(exactly: $0) }
    return whole.count == values.count ? whole : nil
  }

  func mapped(_ function: (Float) -> Float) -> EvaluatedTensor {
    EvaluatedTensor(dimensions: dimensions, values: values.map(function))
  }

  /// Number by number, with ONNX's broadcasting; nil where the shapes do not fit.
  func combined(
    with other: EvaluatedTensor, _ function: (Float, Float) -> Float
  ) -> EvaluatedTensor? {
    if dimensions == other.dimensions {
      return EvaluatedTensor(dimensions: dimensions, values: zip(values, other.values).map(function))
    }
    let rank = max(dimensions.count, other.dimensions.count)
    let left = Self.padded(dimensions, rank)
    let right = Self.padded(other.dimensions, rank)
    guard zip(left, right).allSatisfy({ $0 == $1 || $0 == 1 || $1 == 1 }) else { return nil }
    let shape = zip(left, right).map { $0 == 1 ? $1 : $0 }
    let leftSteps = Self.steps(left)
    let rightSteps = Self.steps(right)
    let count = shape.reduce(1, *)
    var result = [Float](repeating: 0, count: count)
    var position = [Int](repeating: 0, count: rank)
    var (leftIndex, rightIndex) = (0, 0)
    for index in 0..<count {
      result[index] = function(values[leftIndex], other.values[rightIndex])
      var axis = rank - 1
      while axis >= 0 {
        position[axis] += 1
        leftIndex += leftSteps[axis]
        rightIndex += rightSteps[axis]
        if position[axis] < shape[axis] { break }
        leftIndex -= leftSteps[axis] * shape[axis]
        rightIndex -= rightSteps[axis] * shape[axis]
        position[axis] = 0
        axis -= 1
      }
    }
    return EvaluatedTensor(dimensions: shape, values: result)
  }

  /// The sum over one axis.
  func summed(axis: Int, keepsAxis: Bool) -> EvaluatedTensor {
    let outer = dimensions[..<axis].reduce(1, *)
    let inner = dimensions[(axis + 1)...].reduce(1, *)
    let length = dimensions[axis]
    var sums = [Float](repeating: 0, count: outer * inner)
    for block in 0..<outer {
      for step in 0..<length {
        let base = (block * length + step) * inner
        for offset in 0..<inner { sums[block * inner + offset] += values[base + offset] }
      }
    }
    var shape = dimensions
    if keepsAxis { shape[axis] = 1 } else { shape.remove(at: axis) }
    return EvaluatedTensor(dimensions: shape, values: sums)
  }

  private static func padded(_ dimensions: [Int], _ rank: Int) -> [Int] {
    [Int](repeating: 1, count: rank - dimensions.count) + dimensions
  }

  /// How far apart neighbours along each axis lie; 0 where the axis is broadcast.
  private static func steps(_ dimensions: [Int]) -> [Int] {
    var steps = [Int](repeating: 0, count: dimensions.count)
    var step = 1
    for axis in dimensions.indices.reversed() {
      steps[axis] = dimensions[axis] == 1 ? 0 : step
      step *= dimensions[axis]
    }
    return steps
  }
}
