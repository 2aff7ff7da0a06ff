/// Trees with the weight of each node: how many of the rows learned from, or what share, come through it.
struct WeightedTrees {
  let trees: TreeEnsemble
  let weights: [Double]

  /// Both sides of a split weigh the same: for trees that do not say how many rows went which way.
  init(evenly trees: TreeEnsemble) {
    self.trees = trees
    var weights = [Double](repeating: 0, count: trees.features.count)
    for root in trees.roots { weights[Int(root)] = 1 }
    // Children come after their parents.
    for node in trees.features.indices where trees.features[node] != TreeEnsemble.leaf {
      let left = Int(trees.lefts[node])
      weights[left] = weights[node] / 2
      weights[left + 1] = weights[node] / 2
    }
    self.weights = weights
  }

  /// Every leaf weighs what `leafWeight` gives for its value and depth, every split what its children do.
  init(_ trees: TreeEnsemble, leafWeight: (_ value: Double, _ depth: Int) -> Double) {
    self.trees = trees
    var depths = [Int](repeating: 0, count: trees.features.count)
    for node in trees.features.indices where trees.features[node] != TreeEnsemble.leaf {
      let left = Int(trees.lefts[node])
      depths[left] = depths[node] + 1
      depths[left + 1] = depths[node] + 1
    }
    var weights = [Double](repeating: 0, count: trees.features.count)
    for node in trees.features.indices.reversed() {
      if trees.features[node] == TreeEnsemble.leaf {
        weights[node] = leafWeight(Double(trees.thresholds[node]), depths[node])
      } else {
        let left = Int(trees.lefts[node])
        weights[node] = weights[left] + weights[left + 1]
      }
    }
    self.weights = weights
  }

  /// By feature, what the splits on the row's way add to the mean of each tree.
  func stepsFromMean(_ row: [Float]) -> [Double] {
    let means = means
    var parts = [Double](repeating: 0, count: trees.columns)
    for root in trees.roots {
      var node = Int(root)
      while trees.features[node] != TreeEnsemble.leaf {
        let child = Int(trees.lefts[node]) + (goesLeft(row, at: node) ? 0 : 1)
        parts[Int(trees.features[node])] += means[child] - means[node]
        node = child
      }
    }
    return parts
  }

  /// Which way a row goes at a split.
  func goesLeft(_ row: [Float], at node: Int) -> Bool {
    let value = row[Int(trees.features[node])]
    return value.isNaN ? trees.missingLeft[node] : value <= trees.thresholds[node]
  }

  /// The mean of the leaves below each node, weighted.
  private var means: [Double] {
    var means = trees.thresholds.map(Double.init)
    for node in trees.features.indices.reversed() where trees.features[node] != TreeEnsemble.leaf {
      let left = Int(trees.lefts[node])
      // Below a thousand splits, halves of halves are no number above 0 any more.
      let share = weights[node] > 0 ? weights[left] / weights[node] : 0.5
      means[node] = share * means[left] + (1 - share) * means[left + 1]
    }
    return means
  }
}
