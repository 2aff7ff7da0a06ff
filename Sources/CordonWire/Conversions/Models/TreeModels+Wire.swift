import CordonCore
import CordonLearning

extension Cordon_V1_TreeEnsemble {
  init(_ trees: TreeEnsemble) {
    self.init()
    columns = UInt32(trees.columns)
    let ends = trees.roots.dropFirst() + [Int32(trees.features.count)]
    treeNodes = zip(trees.roots, ends).map { UInt32($1 - $0) }
    features = trees.features.map { UInt32($0 + 1) }
    thresholds = trees.thresholds
    var splits: UInt32 = 0
    for node in trees.features.indices where trees.features[node] != TreeEnsemble.leaf {
      leftDistances.append(UInt32(trees.lefts[node]) - UInt32(node))
      if trees.missingLeft[node] { missingLeft.append(splits) }
      splits += 1
    }
  }

  func domain() throws(CordonError) -> TreeEnsemble {
    let nodes = treeNodes.reduce(into: UInt64(0)) { $0 += UInt64($1) }
    guard nodes == features.count, thresholds.count == features.count, !treeNodes.contains(0),
      (1...UInt32(ModelBundle.featureLimit)).contains(columns), leftDistances.count <= features.count,
      zip(missingLeft, missingLeft.dropFirst()).allSatisfy({ $0 < $1 })
    else { throw Self.malformed }
    var trees = TreeEnsemble(columns: Int(columns))
    var reader = SplitReader(distances: leftDistances, missingLeft: missingLeft)
    var first = 0
    for count in treeNodes {
      var tree: [TreeEnsemble.Node] = []
      tree.reserveCapacity(Int(count))
      for node in first..<first + Int(count) {
        guard features[node] > 0 else {
          tree.append(.leaf(thresholds[node]))
          continue
        }
        guard features[node] <= columns, let split = reader.next(), split.distance <= count else {
          throw Self.malformed
        }
        tree.append(
          .split(
            feature: Int(features[node]) - 1, threshold: thresholds[node], left: node - first + Int(split.distance),
            missingLeft: split.isMissingLeft))
      }
      guard trees.append(tree) else { throw Self.malformed }
      first += Int(count)
    }
    guard reader.isAtEnd else { throw Self.malformed }
    return trees
  }

  private static var malformed: CordonError {
    CordonError(.invalid, "malformed", "The trees of a model have a part that is missing, out of range or not finite.")
  }
}

/// Gives the splits of all trees in turn.
private struct SplitReader {
  private let distances: [UInt32]
  private let missingLeft: [UInt32]
  private var split = 0
  private var nextMissing = 0

  init(distances: [UInt32], missingLeft: [UInt32]) {
    self.distances = distances
    self.missingLeft = missingLeft
  }

  /// Whether every split was used, and every split at which missing goes left was one of them.
  var isAtEnd: Bool { split == distances.count && nextMissing == missingLeft.count }

  mutating func next() -> (distance: UInt32, isMissingLeft: Bool)? {
    guard split < distances.count else { return nil }
    let isMissingLeft = nextMissing < missingLeft.count && Int(missingLeft[nextMissing]) == split
    if isMissingLeft { nextMissing += 1 }
    split += 1
    return (distances[split - 1], isMissingLeft)
  }
}

extension Cordon_V1_IsolationForest {
  init(_ forest: IsolationForest) {
    self.init()
    trees = Cordon_V1_TreeEnsemble(forest.trees)
    sampleSize = UInt32(clamping: forest.sampleSize)
  }

  func domain() throws(CordonError) -> IsolationForest {
    try Bounded.made(IsolationForest(trees: try trees.domain(), sampleSize: Int(sampleSize)), "isolation forest")
  }
}

extension Cordon_V1_ExtendedForest {
  init(_ forest: ExtendedForest) {
    self.init()
    fills = forest.fills
    terms = UInt32(forest.terms)
    sampleSize = UInt32(clamping: forest.sampleSize)
    roots = forest.roots.map { UInt32($0) }
    lefts = forest.lefts.map { UInt32($0) }
    thresholds = forest.thresholds
    features = forest.features.map { UInt32($0) }
    weights = forest.weights
  }

  func domain() throws(CordonError) -> ExtendedForest {
    // A number past Int32 becomes the largest one, which no range holds.
    let forest = ExtendedForest(
      fills: fills, terms: Int(terms), sampleSize: Int(sampleSize), roots: roots.map { Int32(clamping: $0) },
      lefts: lefts.map { Int32(clamping: $0) }, thresholds: thresholds, features: features.map { Int32(clamping: $0) },
      weights: weights)
    return try Bounded.made(forest, "extended forest")
  }
}

extension Cordon_V1_HalfSpaceForest {
  init(_ forest: HalfSpaceForest) {
    self.init()
    columns = UInt32(forest.columns)
    depth = UInt32(forest.depth)
    features = forest.features.map { UInt32($0) }
    thresholds = forest.thresholds
    masses = forest.masses
    referenceRows = UInt32(clamping: forest.referenceRows)
  }

  func domain() throws(CordonError) -> HalfSpaceForest {
    let forest = HalfSpaceForest(
      columns: Int(columns), depth: Int(depth), features: features.map { Int32(clamping: $0) }, thresholds: thresholds,
      masses: masses, referenceRows: Int(referenceRows))
    return try Bounded.made(forest, "half-space forest")
  }
}

extension Cordon_V1_BoostedTrees {
  init(_ boosted: BoostedTrees) {
    self.init()
    trees = Cordon_V1_TreeEnsemble(boosted.trees)
    base = boosted.base
    link = Cordon_V1_BoostedLink(rawValue: Int(boosted.link.rawValue)) ?? .unspecified
  }

  func domain() throws(CordonError) -> BoostedTrees {
    let link = try Bounded.known(link.rawValue, as: BoostedTrees.Link.self, "link of boosted trees")
    return try Bounded.made(BoostedTrees(trees: try trees.domain(), base: base, link: link), "boosted trees")
  }
}
