import CordonCore
import CordonLearning

/// Reads the parallel lists in which ONNX writes trees, and makes them structures over columns of the input.
struct TreeReader {
  /// Where a leaf is: which tree, and which of its leaves.
  struct LeafPlace {
    var tree: Int
    var leaf: Int
  }

  static let attributes: Set<String> = [
    "nodes_treeids", "nodes_nodeids", "nodes_featureids", "nodes_modes", "nodes_values", "nodes_values_as_tensor",
    "nodes_truenodeids", "nodes_falsenodeids", "nodes_missing_value_tracks_true", "nodes_hitrates",
    "nodes_hitrates_as_tensor", "base_values", "base_values_as_tensor", "post_transform",
  ]

  private let node: ONNXNode
  private let row: RowValue
  private let treeIDs: [Int]
  private let nodeIDs: [Int]
  private let features: [Int]
  private let modes: [String]
  private let thresholds: [Double]
  private let trueIDs: [Int]
  private let falseIDs: [Int]
  private let tracksTrue: [Int]

  private(set) var structures: [TreeStructure] = []
  /// By ONNX's tree and node ids.
  private var places: [Int: [Int: LeafPlace]] = [:]

  /// `row` is what the trees read: columns of the input with numbers done to them, and no layers.
  init(_ node: ONNXNode, _ row: RowValue) throws(CordonError) {
    guard row.layers.isEmpty, !row.isFilled, !row.isCurved else {
      throw ONNXRefusal.refused(node, "it reads what a network computed")
    }
    self.node = node
    self.row = row
    treeIDs = node.integers("nodes_treeids")
    nodeIDs = node.integers("nodes_nodeids")
    features = node.integers("nodes_featureids")
    modes = node.texts("nodes_modes")
    thresholds = try node.numbers("nodes_values")
    trueIDs = node.integers("nodes_truenodeids")
    falseIDs = node.integers("nodes_falsenodeids")
    tracksTrue = node.integers("nodes_missing_value_tracks_true")
    let count = treeIDs.count
    guard count > 0, count <= TreeEnsemble.nodeLimit else {
      throw ONNXRefusal.oversized("\(node.operation) has \(count) nodes; 1 to \(TreeEnsemble.nodeLimit) are imported")
    }
    guard nodeIDs.count == count, features.count == count, modes.count == count, thresholds.count == count,
      trueIDs.count == count, falseIDs.count == count, tracksTrue.isEmpty || tracksTrue.count == count
    else { throw ONNXRefusal.malformed("the lists of \(node.operation) are of different lengths") }
    try readAll()
  }

  /// Where ONNX's tree and node ids lead; nil where they name no leaf.
  func place(tree: Int, node: Int) -> LeafPlace? { places[tree]?[node] }

  private mutating func readAll() throws(CordonError) {
    var order: [Int] = []
    var members: [Int: [Int]] = [:]
    for (index, tree) in treeIDs.enumerated() {
      if members[tree] == nil { order.append(tree) }
      members[tree, default: []].append(index)
    }
    for tree in order { try read(tree, members: members[tree] ?? []) }
  }

  /// One tree, breadth first from its first node, so that siblings come to lie side by side.
  private mutating func read(_ tree: Int, members: [Int]) throws(CordonError) {
    var indexOf: [Int: Int] = [:]
    for index in members where indexOf.updateValue(index, forKey: nodeIDs[index]) != nil {
      throw ONNXRefusal.malformed("a tree of \(node.operation) has two nodes with the id \(nodeIDs[index])")
    }
    var structure = TreeStructure(nodes: [], leaves: [])
    var queue = [members[0]]
    var next = 0
    while next < queue.count {
      let index = queue[next]
      if modes[index] == "LEAF" {
        places[tree, default: [:]][nodeIDs[index]] = LeafPlace(tree: structures.count, leaf: structure.leaves.count)
        structure.leaves.append(next)
        structure.nodes.append(.leaf(0))
      } else {
        guard let whenTrue = indexOf[trueIDs[index]], let whenFalse = indexOf[falseIDs[index]] else {
          throw ONNXRefusal.malformed("a tree of \(node.operation) has a child that is not there")
        }
        let split = try split(index)
        let left = queue.count
        queue += split.leftIsTrue ? [whenTrue, whenFalse] : [whenFalse, whenTrue]
        guard queue.count <= members.count else {
          throw ONNXRefusal.malformed("a tree of \(node.operation) is cyclic")
        }
        structure.nodes.append(
          .split(
            feature: row.columns[features[index]], threshold: split.threshold, left: left,
            missingLeft: split.leftIsTrue == (tracksTrue.isEmpty ? false : tracksTrue[index] != 0)))
      }
      next += 1
    }
    structures.append(structure)
  }

  /// A split as "at most a Float goes left", over the input instead of over what was done to it.
  private func split(_ index: Int) throws(CordonError) -> (threshold: Float, leftIsTrue: Bool) {
    let column = features[index]
    let threshold = thresholds[index]
    guard (0..<row.width).contains(column), threshold.isFinite else {
      throw ONNXRefusal.malformed("a tree of \(node.operation) splits a column that is not there, or at no number")
    }
    guard let rises = row.rises(column: column) else {
      throw ONNXRefusal.refused(node, "it splits a column that was multiplied by zero")
    }
    let isBelow: (Float) -> Bool
    let trueIsBelow: Bool
    switch modes[index] {
    case "BRANCH_LEQ", "BRANCH_GT": (isBelow, trueIsBelow) = ({ Double($0) <= threshold }, modes[index] == "BRANCH_LEQ")
    case "BRANCH_LT", "BRANCH_GTE": (isBelow, trueIsBelow) = ({ Double($0) < threshold }, modes[index] == "BRANCH_LT")
    default: throw ONNXRefusal.refused(node, "its mode \(ONNXRefusal.quoted(modes[index])) is not known")
    }
    let boundary = Float.largest { isBelow(row.stepped($0, column: column)) == rises }
    return (boundary, trueIsBelow == rises)
  }
}

extension Float {
  /// The largest finite Float for which a condition holds that holds up to some Float and for none after it.
  ///
  /// Where it holds for none, the least finite Float. Cost: 32 evaluations.
  static func largest(where condition: (Float) -> Bool) -> Float {
    var low = ordinal(-greatestFiniteMagnitude)
    var high = ordinal(greatestFiniteMagnitude)
    while low < high {
      let middle = low + (high - low + 1) / 2
      if condition(fromOrdinal(middle)) { low = middle } else { high = middle - 1 }
    }
    return fromOrdinal(low)
  }

  /// Position among all Floats in their order.
  private static func ordinal(_ value: Float) -> Int {
    let magnitude = Int(value.bitPattern & 0x7FFF_FFFF)
    return value.sign == .minus ? -magnitude - 1 : magnitude
  }

  private static func fromOrdinal(_ ordinal: Int) -> Float {
    ordinal < 0 ? -Float(bitPattern: UInt32(-ordinal - 1)) : Float(bitPattern: UInt32(ordinal))
  }
}
