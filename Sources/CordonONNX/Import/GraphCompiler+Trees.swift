import CordonCore
import CordonLearning

/// Operators of trees.
extension GraphCompiler {
  mutating func treeRegressor(_ node: ONNXNode, _ value: SymbolicValue) throws(CordonError) -> SymbolicValue {
    try node.allowAttributes(
      TreeReader.attributes.union([
        "aggregate_function", "n_targets", "target_ids", "target_nodeids", "target_treeids", "target_weights",
        "target_weights_as_tensor",
      ]))
    let targets = node.integer("n_targets", default: 1)
    guard targets == 1 else { throw ONNXRefusal.refused(node, "it has \(targets) outputs a row instead of one") }
    let base = try node.numbers("base_values")
    guard base.count <= 1 else { throw ONNXRefusal.refused(node, "it has \(base.count) base values") }
    let leaves = try leafSums(node, value, prefix: "target", outputs: 1)
    var trees = TreeValue(terms: leaves[0])
    switch node.text("aggregate_function", default: "SUM") {
    case "SUM": break
    case "AVERAGE": trees = trees.affine(1 / Double(trees.terms.count), 0)
    case let other: throw ONNXRefusal.refused(node, "it aggregates by \(ONNXRefusal.quoted(other))")
    }
    trees = trees.affine(1, base.first ?? 0)
    switch node.text("post_transform", default: "NONE") {
    case "NONE": return .trees(trees)
    case "LOGISTIC": if let linked = trees.linked(.logistic) { return .trees(linked) }
    default: break
    }
    throw ONNXRefusal.refused(node, "its transform is not known")
  }

  /// Of two classes; the score is the second one's.
  mutating func treeClassifier(_ node: ONNXNode, _ value: SymbolicValue) throws(CordonError) -> SymbolicValue {
    try node.allowAttributes(
      TreeReader.attributes.union([
        "class_ids", "class_nodeids", "class_treeids", "class_weights", "class_weights_as_tensor",
        "classlabels_int64s", "classlabels_strings",
      ]))
    let classes = max(node.integers("classlabels_int64s").count, node.textCount("classlabels_strings"))
    guard classes == 2 else { throw ONNXRefusal.refused(node, "it has \(classes) classes instead of two") }
    let base = try node.numbers("base_values")
    let transform = node.text("post_transform", default: "NONE")
    let isOneSum = Set(node.integers("class_ids")).count == 1
    let leaves = try leafSums(node, value, prefix: "class", outputs: isOneSum ? 1 : 2)
    guard base.isEmpty || base.count == (isOneSum ? 1 : 2) else {
      throw ONNXRefusal.refused(node, "it has \(base.count) base values")
    }
    let positive = TreeValue(terms: leaves[leaves.count - 1], constant: base.last ?? 0)
    switch (transform, isOneSum) {
    case ("NONE", _): return .probabilities(.trees(positive))
    case ("LOGISTIC", _): if let linked = positive.linked(.logistic) { return .probabilities(.trees(linked)) }
    case ("SOFTMAX", false):
      // The second of two softmaxes is the logistic of their difference.
      let terms = zip(leaves[1], leaves[0]).map { second, first in
        TreeValue.Term(tree: second.tree, values: zip(second.values, first.values).map { $0 - $1 })
      }
      let difference = TreeValue(terms: terms, constant: base.isEmpty ? 0 : base[1] - base[0])
      if let linked = difference.linked(.logistic) { return .probabilities(.trees(linked)) }
    default: break
    }
    throw ONNXRefusal.refused(node, "its transform is not known")
  }

  /// Reads the trees, and for each output one number a leaf.
  private mutating func leafSums(
    _ node: ONNXNode, _ value: SymbolicValue, prefix: String, outputs: Int
  ) throws(CordonError) -> [[TreeValue.Term]] {
    guard case .row(let row) = value else { throw ONNXRefusal.refused(node, "it is not over rows") }
    let reader = try TreeReader(node, row)
    let trees = node.integers("\(prefix)_treeids")
    let nodes = node.integers("\(prefix)_nodeids")
    let ids = node.integers("\(prefix)_ids")
    let weights = try node.numbers("\(prefix)_weights")
    guard nodes.count == trees.count, ids.count == trees.count, weights.count == trees.count,
      trees.count <= 2 * TreeEnsemble.nodeLimit, weights.allSatisfy(\.isFinite)
    else { throw ONNXRefusal.malformed("the leaves of \(node.operation) are of different lengths, or not numbers") }
    try spend(trees.count + reader.structures.reduce(0) { $0 + $1.nodes.count })
    let base = structures.count
    structures += reader.structures
    guard structures.reduce(0, { $0 + $1.nodes.count }) <= TreeEnsemble.nodeLimit else {
      throw ONNXRefusal.oversized("its trees have more than \(TreeEnsemble.nodeLimit) nodes")
    }
    let empty = reader.structures.indices.map { index in
      TreeValue.Term(tree: base + index, values: [Double](repeating: 0, count: reader.structures[index].leaves.count))
    }
    var sums = [[TreeValue.Term]](repeating: empty, count: outputs)
    for (index, tree) in trees.enumerated() {
      guard let place = reader.place(tree: tree, node: nodes[index]) else {
        throw ONNXRefusal.malformed("\(node.operation) gives a value to a leaf that is not there")
      }
      guard outputs == 1 || (0..<outputs).contains(ids[index]) else {
        throw ONNXRefusal.malformed("\(node.operation) gives a value to a class that is not there")
      }
      sums[outputs == 1 ? 0 : ids[index]][place.tree].values[place.leaf] += weights[index]
    }
    return sums
  }

  /// A table from numbers to numbers, done to a tree's leaves.
  mutating func encodeLeaves(_ node: ONNXNode, _ value: SymbolicValue) throws(CordonError) -> SymbolicValue {
    try node.allowAttributes([
      "keys_int64s", "keys_floats", "values_int64s", "values_floats", "default_float", "default_int64",
    ])
    guard case .trees(let trees) = value, let leaves = trees.leafValues else {
      throw ONNXRefusal.refused(node, "it is not over the leaves of one tree")
    }
    let keys = node.integers("keys_int64s").map { Double($0) } + node.floats("keys_floats")
    let values = node.integers("values_int64s").map { Double($0) } + node.floats("values_floats")
    guard !keys.isEmpty, keys.count == values.count else {
      throw ONNXRefusal.refused(node, "it is not from numbers to numbers")
    }
    try spend(keys.count + leaves.count)
    let table = Dictionary(zip(keys, values)) { first, _ in first }
    let other = node.float("default_float", default: Double(node.integer("default_int64", default: -1)))
    return .trees(trees.replacingLeaves(leaves.map { table[$0] ?? other }))
  }
}
