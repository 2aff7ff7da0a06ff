import CordonCore
import Glibc

/// Operators that work number by number.
extension GraphCompiler {
  mutating func binary(_ node: ONNXNode, _ inputs: [SymbolicValue]) throws(CordonError) -> SymbolicValue {
    guard inputs.count == 2 else {
      guard inputs.count == 1, node.operation == "Max" || node.operation == "Min" else {
        throw ONNXRefusal.refused(node, "it does not have two inputs")
      }
      return inputs[0]
    }
    switch (inputs[0], inputs[1]) {
    case (.row(let row), .constant(let constant)):
      return .row(try combine(node, row, constant, constantIsFirst: false))
    case (.constant(let constant), .row(let row)):
      return .row(try combine(node, row, constant, constantIsFirst: true))
    case (.row(let left), .row(let right)): return .residual(try residual(node, left, right))
    case (.residual(let residual), .residual) where node.operation == "Mul" && node.inputs[0] == node.inputs[1]:
      return .residual(try squared(node, residual))
    case (.residual(let residual), .constant(let constant)) where node.operation == "Pow" && constant.scalar == 2:
      return .residual(try squared(node, residual))
    case (.residual(var residual), .presence) where node.operation == "Mul" && residual.target.isFilled:
      residual.isMasked = true
      return .residual(residual)
    case (.presentCount, .constant(let constant)) where node.operation == "Max" && constant.scalar == 1:
      return .presentCount
    case (.errorSum(let error), .presentCount) where node.operation == "Div": return .error(error)
    case (.trees(let trees), .constant(let constant)):
      return .trees(try combine(node, trees, constant, constantIsFirst: false))
    case (.constant(let constant), .trees(let trees)):
      return .trees(try combine(node, trees, constant, constantIsFirst: true))
    case (.trees(let left), .trees(let right)): return .trees(try combine(node, left, right))
    case (.probabilities(let inner), .constant(let constant)) where constant.scalar != nil:
      return .probabilities(try binary(node, [inner, .constant(constant)]))
    default: throw ONNXRefusal.refused(node, "it joins values in a way that no flat model has")
    }
  }

  /// A constant a column added to, taken from, or multiplied with rows.
  private mutating func combine(
    _ node: ONNXNode, _ row: RowValue, _ constant: ONNXTensor, constantIsFirst: Bool
  ) throws(CordonError) -> RowValue {
    guard let values = constant.broadcast(toWidth: row.width) else {
      throw ONNXRefusal.refused(node, "its constant has not one number a column")
    }
    try spend(row.width * max(1, row.columns.count))
    var row = row
    switch (node.operation, constantIsFirst) {
    case ("Add", _): row.add(values)
    case ("Sub", false): row.add(values.map { -$0 })
    case ("Sub", true):
      row.multiply(by: values.map { _ in -1 })
      row.add(values)
    case ("Mul", _): row.multiply(by: values)
    case ("Div", false) where !values.contains(0): row.divide(by: values)
    default: throw ONNXRefusal.refused(node, "it cannot be done to rows and a constant")
    }
    return row
  }

  /// A scaled row minus its reconstruction, whichever comes first.
  private func residual(_ node: ONNXNode, _ left: RowValue, _ right: RowValue) throws(CordonError) -> ResidualValue {
    let (target, output) = left.layers.isEmpty ? (left, right) : (right, left)
    guard node.operation == "Sub", target.layers.isEmpty, !output.layers.isEmpty, target.width == output.width,
      target.columns == Array(0..<graph.columns), output.columns == target.columns,
      output.isCurved == target.isCurved, output.isFilled == target.isFilled,
      target.isCurved || target.isFilled
        ? output.steps == target.steps : output.steps.starts(with: target.steps)
    else { throw ONNXRefusal.refused(node, "it joins two computed values that are not a row and its reconstruction") }
    return ResidualValue(target: target, output: output, power: .plain)
  }

  private func squared(_ node: ONNXNode, _ residual: ResidualValue) throws(CordonError) -> ResidualValue {
    guard residual.power != .square, !residual.isMasked else {
      throw ONNXRefusal.refused(node, "it takes a fourth power")
    }
    return ResidualValue(target: residual.target, output: residual.output, power: .square)
  }

  private mutating func combine(
    _ node: ONNXNode, _ trees: TreeValue, _ constant: ONNXTensor, constantIsFirst: Bool
  ) throws(CordonError) -> TreeValue {
    guard let number = constant.scalar else {
      throw ONNXRefusal.refused(node, "its constant is more than one number")
    }
    switch (node.operation, constantIsFirst) {
    case ("Add", _): return trees.affine(1, number)
    case ("Sub", false): return trees.affine(1, -number)
    case ("Sub", true): return trees.affine(-1, number)
    case ("Mul", _): return trees.affine(number, 0)
    case ("Div", false) where number != 0: return trees.affine(1 / number, 0)
    default: break
    }
    try spend(trees.leafCount)
    if let leaves = trees.leafValues, let function = Self.function(node.operation) {
      return trees.replacingLeaves(leaves.map { constantIsFirst ? function(number, $0) : function($0, number) })
    }
    if node.operation == "Pow", constantIsFirst, number > 0,
      let power = trees.affine(log2(number), 0).linked(.powerOfTwo)
    {
      return power
    }
    throw ONNXRefusal.refused(node, "it is done to a sum over several trees")
  }

  private mutating func combine(
    _ node: ONNXNode, _ left: TreeValue, _ right: TreeValue
  ) throws(CordonError) -> TreeValue {
    try spend(left.leafCount + right.leafCount)
    if let leftLeaves = left.leafValues, let rightLeaves = right.leafValues,
      left.terms[0].tree == right.terms[0].tree, let function = Self.function(node.operation)
    {
      return left.replacingLeaves(zip(leftLeaves, rightLeaves).map { function($0, $1) })
    }
    switch node.operation {
    case "Add": return try sum(node, of: [left, right])
    case "Sub": return try sum(node, of: [left, right.affine(-1, 0)])
    default: throw ONNXRefusal.refused(node, "it joins two trees other than by their sum")
    }
  }

  mutating func sum(_ node: ONNXNode, _ inputs: [SymbolicValue]) throws(CordonError) -> SymbolicValue {
    var values: [TreeValue] = []
    for input in inputs {
      guard case .trees(let trees) = input else {
        throw ONNXRefusal.refused(node, "it adds something other than trees")
      }
      values.append(trees)
    }
    try spend(values.reduce(0) { $0 + $1.leafCount })
    return .trees(try sum(node, of: values))
  }

  private func sum(_ node: ONNXNode, of values: [TreeValue]) throws(CordonError) -> TreeValue {
    guard let sum = TreeValue.sum(values) else { throw ONNXRefusal.refused(node, "it adds values behind a link") }
    guard sum.leafCount <= ONNXLimits.elements else {
      throw ONNXRefusal.oversized("a sum is over more than \(ONNXLimits.elements) leaves")
    }
    return sum
  }

  mutating func unary(_ node: ONNXNode, _ value: SymbolicValue) throws(CordonError) -> SymbolicValue {
    switch (node.operation, value) {
    case ("Neg", .trees(let trees)): return .trees(trees.affine(-1, 0))
    case ("Neg", .row(var row)):
      row.multiply(by: [Double](repeating: -1, count: row.width))
      return .row(row)
    case ("Abs", .residual(let residual)) where residual.power == .plain:
      return .residual(ResidualValue(target: residual.target, output: residual.output, power: .absolute))
    case ("Sqrt", .error(var error)) where error.measure == .meanSquare:
      error.measure = .rootMeanSquare
      return .error(error)
    case (_, .trees(let trees)):
      try spend(trees.leafCount)
      guard let leaves = trees.leafValues else {
        throw ONNXRefusal.refused(node, "it is done to a sum over several trees")
      }
      return .trees(
        trees.replacingLeaves(
          leaves.map { node.operation == "Log" ? log($0) : node.operation == "Abs" ? $0.magnitude : $0.squareRoot() }))
    default: throw ONNXRefusal.refused(node, "it is done to a value in a way that no flat model has")
    }
  }

  private static func function(_ operation: String) -> ((Double, Double) -> Double)? {
    switch operation {
    case "Add": { $0 + $1 }
    case "Sub": { $0 - $1 }
    case "Mul": { $0 * $1 }
    case "Div": { $0 / $1 }
    case "Pow": { pow($0, $1) }
    case "Max": { max($0, $1) }
    case "Min": { min($0, $1) }
    case "Equal": { $0 == $1 ? 1 : 0 }
    case "Greater": { $0 > $1 ? 1 : 0 }
    case "GreaterOrEqual": { $0 >= $1 ? 1 : 0 }
    case "Less": { $0 < $1 ? 1 : 0 }
    case "LessOrEqual": { $0 <= $1 ? 1 : 0 }
    default: nil
    }
  }
}
