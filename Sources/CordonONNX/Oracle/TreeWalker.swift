import CordonCore

/// Trees walked over the lists in which ONNX writes them.
struct TreeWalker {
  private struct Key: Hashable {
    var tree: Int
    var node: Int
  }

  private let trees: [Int]
  private let features: [Int]
  private let modes: [String]
  private let thresholds: [Double]
  private let whenTrue: [Int]
  private let whenFalse: [Int]
  private let missing: [Int]
  private let indices: [Key: Int]
  private let roots: [Int]
  /// Of each node that is a leaf, its class or target and its weight.
  private var weights: [[(output: Int, weight: Float)]]
  private let outputs: Int
  private let base: [Float]
  private let isMean: Bool

  init(_ node: ONNXNode, prefix: String) throws(CordonError) {
    trees = node.integers("nodes_treeids")
    let ids = node.integers("nodes_nodeids")
    features = node.integers("nodes_featureids")
    modes = node.texts("nodes_modes")
    thresholds = try node.numbers("nodes_values")
    whenTrue = node.integers("nodes_truenodeids")
    whenFalse = node.integers("nodes_falsenodeids")
    missing = node.integers("nodes_missing_value_tracks_true")
    indices = Dictionary(zip(trees, ids).enumerated().map { (Key(tree: $1.0, node: $1.1), $0) }) { first, _ in first }
    roots = Self.firstOfEach(trees)
    let classes = node.integers("\(prefix)_ids")
    outputs = prefix == "class" && Set(classes).count == 2 ? 2 : 1
    base = try node.numbers("base_values").map { Float($0) }
    isMean = node.text("aggregate_function", default: "SUM") == "AVERAGE"
    weights = Array(repeating: [], count: trees.count)
    let places = zip(node.integers("\(prefix)_treeids"), node.integers("\(prefix)_nodeids"))
    for ((tree, leaf), (output, weight)) in zip(places, zip(classes, try node.numbers("\(prefix)_weights"))) {
      guard let index = indices[Key(tree: tree, node: leaf)] else { continue }
      weights[index].append((outputs == 1 ? 0 : output, Float(weight)))
    }
  }

  private static func firstOfEach(_ trees: [Int]) -> [Int] {
    var seen: Set<Int> = []
    return trees.indices.filter { seen.insert(trees[$0]).inserted }
  }

  /// One sum an output; nil where a walk leads nowhere.
  func sums(_ row: ArraySlice<Float>) -> [Float]? {
    var sums = [Float](repeating: 0, count: outputs)
    for root in roots {
      var index = root
      var steps = 0
      while modes[index] != "LEAF" {
        guard let next = next(index, row), steps < trees.count else { return nil }
        index = next
        steps += 1
      }
      for (output, weight) in weights[index] { sums[output] += weight }
    }
    if isMean { sums = sums.map { $0 / Float(roots.count) } }
    return zip(sums, base.isEmpty ? sums.map { _ in 0 } : base).map { $0 + $1 }
  }

  private func next(_ index: Int, _ row: ArraySlice<Float>) -> Int? {
    guard (0..<row.count).contains(features[index]) else { return nil }
    let value = row[row.startIndex + features[index]]
    let isTrue: Bool
    switch modes[index] {
    case "BRANCH_LEQ": isTrue = Double(value) <= thresholds[index]
    case "BRANCH_LT": isTrue = Double(value) < thresholds[index]
    case "BRANCH_GTE": isTrue = Double(value) >= thresholds[index]
    case "BRANCH_GT": isTrue = Double(value) > thresholds[index]
    default: return nil
    }
    let tracksTrue = value.isNaN && !missing.isEmpty && missing[index] != 0
    return indices[Key(tree: trees[index], node: isTrue || tracksTrue ? whenTrue[index] : whenFalse[index])]
  }
}
