import CordonCore
import CordonLearning

/// Models of trees.
extension GraphWriter {
  mutating func score(_ forest: IsolationForest) -> String {
    let paths = sum(of: forest.trees)
    return score(paths: paths, trees: forest.trees.roots.count, sampleSize: forest.sampleSize)
  }

  /// 2^(−paths / (trees · c(ψ))).
  private mutating func score(paths: String, trees: Int, sampleSize: Int) -> String {
    let scale = number(-1 / (Double(trees) * IsolationForest.usualPath(sampleSize)))
    let two = number(2)
    let exponent = node("Mul", [paths, scale])
    return node("Pow", [two, exponent])
  }

  mutating func score(_ boosted: BoostedTrees) -> String {
    let base = number(Double(boosted.base))
    guard !boosted.trees.roots.isEmpty else {
      let zeros = filled(with: [Float](repeating: 0, count: columns))
      let nothing = constant([Float](repeating: 0, count: columns), [columns, 1])
      let sum = node("MatMul", [zeros, nothing])
      return linked(node("Add", [sum, base]), boosted.link)
    }
    let sum = sum(of: boosted.trees)
    return linked(node("Add", [sum, base]), boosted.link)
  }

  private mutating func linked(_ sum: String, _ link: BoostedTrees.Link) -> String {
    link == .logistic ? node("Sigmoid", [sum]) : sum
  }

  /// The slanted splits become columns of a product, over which the trees are ordinary ones.
  mutating func score(_ forest: ExtendedForest) throws(CordonError) -> String {
    let splits = forest.lefts.indices.filter { forest.lefts[$0] != 0 }
    guard columns * splits.count <= ONNXExporter.coefficientLimit else {
      throw CordonError(
        .invalid, "onnx-oversized",
        "An extended forest of \(splits.count) splits over \(columns) columns is too large to write as ONNX.",
        remedy: "Train it with fewer trees.")
    }
    let width = max(1, splits.count)
    var weights = [Float](repeating: 0, count: columns * width)
    var list = TreeList()
    var split = 0
    let ends = forest.roots.dropFirst() + [Int32(forest.lefts.count)]
    for (tree, (root, end)) in zip(forest.roots, ends).enumerated() {
      for index in Int(root)..<Int(end) {
        let node = index - Int(root)
        guard forest.lefts[index] != 0 else {
          list.leaf(tree: tree, node: node, value: forest.thresholds[index])
          continue
        }
        for term in index * forest.terms..<(index + 1) * forest.terms {
          weights[Int(forest.features[term]) * width + split] += forest.weights[term]
        }
        list.split(
          tree: tree, node: node, feature: split, threshold: forest.thresholds[index],
          left: Int(forest.lefts[index]) - Int(root), missingLeft: false)
        split += 1
      }
    }
    let rows = filled(with: forest.fills)
    let matrix = constant(weights, [columns, width])
    let product = node("MatMul", [rows, matrix])
    let paths = node("TreeEnsembleRegressor", [product], list.attributes, domain: ONNXNode.machineLearningDomain)
    return score(paths: paths, trees: forest.roots.count, sampleSize: forest.sampleSize)
  }

  /// −log₂((mean mass + ½) / reference rows).
  mutating func score(_ forest: HalfSpaceForest) -> String {
    let splits = (1 << forest.depth) - 1
    var list = TreeList()
    for tree in 0..<forest.treeCount {
      for node in 0..<splits {
        list.split(
          tree: tree, node: node, feature: Int(forest.features[tree * splits + node]),
          threshold: forest.thresholds[tree * splits + node], left: 2 * node + 1, missingLeft: true)
      }
      for leaf in 0...splits {
        list.leaf(tree: tree, node: splits + leaf, value: Float(forest.masses[tree << forest.depth + leaf]))
      }
    }
    let mass = node(
      "TreeEnsembleRegressor", [Self.input], list.attributes, domain: ONNXNode.machineLearningDomain)
    let scale = number(Double(1 << forest.depth) / Double(forest.treeCount) / Double(forest.referenceRows))
    let half = number(0.5 / Double(forest.referenceRows))
    let share = node("Mul", [mass, scale])
    let lifted = node("Add", [share, half])
    let logarithm = node("Log", [lifted])
    let binary = number(-1 / 0.693_147_180_559_945_3)
    return node("Mul", [logarithm, binary])
  }

  /// The sum of the leaves in which a row ends.
  private mutating func sum(of trees: TreeEnsemble) -> String {
    var list = TreeList()
    let ends = trees.roots.dropFirst() + [Int32(trees.features.count)]
    for (tree, (root, end)) in zip(trees.roots, ends).enumerated() {
      for index in Int(root)..<Int(end) {
        let node = index - Int(root)
        if trees.features[index] == TreeEnsemble.leaf {
          list.leaf(tree: tree, node: node, value: trees.thresholds[index])
        } else {
          list.split(
            tree: tree, node: node, feature: Int(trees.features[index]), threshold: trees.thresholds[index],
            left: Int(trees.lefts[index] - root), missingLeft: trees.missingLeft[index])
        }
      }
    }
    return node("TreeEnsembleRegressor", [Self.input], list.attributes, domain: ONNXNode.machineLearningDomain)
  }
}

/// The parallel lists in which ONNX writes trees.
private struct TreeList {
  private var trees: [Int] = []
  private var nodes: [Int] = []
  private var features: [Int] = []
  private var modes: [String] = []
  private var thresholds: [Float] = []
  private var trueNodes: [Int] = []
  private var falseNodes: [Int] = []
  private var missing: [Int] = []
  private var leafTrees: [Int] = []
  private var leafNodes: [Int] = []
  private var leafValues: [Float] = []

  mutating func split(tree: Int, node: Int, feature: Int, threshold: Float, left: Int, missingLeft: Bool) {
    append(tree, node, "BRANCH_LEQ", feature: feature, threshold: threshold, children: (left, left + 1))
    missing.append(missingLeft ? 1 : 0)
  }

  mutating func leaf(tree: Int, node: Int, value: Float) {
    append(tree, node, "LEAF", feature: 0, threshold: 0, children: (0, 0))
    missing.append(0)
    leafTrees.append(tree)
    leafNodes.append(node)
    leafValues.append(value)
  }

  private mutating func append(
    _ tree: Int, _ node: Int, _ mode: String, feature: Int, threshold: Float, children: (Int, Int)
  ) {
    trees.append(tree)
    nodes.append(node)
    features.append(feature)
    modes.append(mode)
    thresholds.append(threshold)
    trueNodes.append(children.0)
    falseNodes.append(children.1)
  }

  var attributes: [Onnx_AttributeProto] {
    [
      .integer("n_targets", 1), .text("post_transform", "NONE"), .text("aggregate_function", "SUM"),
      .integers("nodes_treeids", trees), .integers("nodes_nodeids", nodes), .integers("nodes_featureids", features),
      .texts("nodes_modes", modes), .floats("nodes_values", thresholds), .integers("nodes_truenodeids", trueNodes),
      .integers("nodes_falsenodeids", falseNodes), .integers("nodes_missing_value_tracks_true", missing),
      .integers("target_treeids", leafTrees), .integers("target_nodeids", leafNodes),
      .integers("target_ids", leafNodes.map { _ in 0 }), .floats("target_weights", leafValues),
    ]
  }
}
