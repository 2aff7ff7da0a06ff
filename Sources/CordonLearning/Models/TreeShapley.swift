/// Shapley values of a row's features in a tree: what each adds to the tree's mean, fairly shared.
///
/// Shapley (1953); on trees Lundberg et al.: "From local explanations to global understanding with explainable AI for
/// trees" (2020), here by Owen's integral (1972): a leaf's value counts by a product over the features on its way, each
/// 1 or 0 where the feature is known (the row goes that way or not) and the share of rows that go that way where it is
/// not. With every feature known with probability t, the value of one is the integral over t in 0...1 of what knowing it
/// changes: a polynomial, which Gauss-Legendre integrates exactly. Cost: leaves × depth²; memory: the depth.
struct TreeShapley {
  private let nodes: WeightedTrees
  private let row: [Float]
  private let rule: [GaussLegendre.Point]
  /// What was added so far, one a feature.
  private var parts: [Double]
  /// Features on the way to the node at hand, each once.
  private var way: [Step] = []

  /// A forged tree whose ways meet again has more of them than nodes.
  private var visits = 0

  private struct Step {
    var feature: Int
    /// Share of rows that go the way's side at all splits of this feature.
    var share: Double
    /// Whether the row does.
    var isTaken: Bool
  }

  /// Nodes times depth² that are walked at most: some tenth of a second.
  private static let costLimit = 20_000_000
  private static let depthLimit = 64

  /// The values over all trees, one a feature: they and the trees' means are the score. Nil where that would take long.
  static func parts(of row: [Float], _ nodes: WeightedTrees) -> [Double]? {
    let depth = Int(nodes.trees.depths.max() ?? 0)
    guard depth <= depthLimit, nodes.trees.features.count * depth * depth <= costLimit else { return nil }
    // A way of d features is a polynomial of degree d − 1.
    let rule = GaussLegendre.points(min(depth, row.count) / 2 + 1)
    var walk = TreeShapley(nodes: nodes, row: row, rule: rule)
    for root in nodes.trees.roots { walk.visit(Int(root)) }
    return walk.visits <= nodes.trees.features.count ? walk.parts : nil
  }

  private init(nodes: WeightedTrees, row: [Float], rule: [GaussLegendre.Point]) {
    self.nodes = nodes
    self.row = row
    self.rule = rule
    parts = [Double](repeating: 0, count: row.count)
  }

  private mutating func visit(_ node: Int) {
    let trees = nodes.trees
    visits += 1
    guard visits <= trees.features.count else { return }
    guard trees.features[node] != TreeEnsemble.leaf else { return share(Double(trees.thresholds[node])) }
    let feature = Int(trees.features[node])
    let goesLeft = nodes.goesLeft(row, at: node)
    let left = Int(trees.lefts[node])
    for child in [left, left + 1] {
      let share = nodes.weights[child] / nodes.weights[node]
      guard share > 0 else { continue }
      let isTaken = goesLeft == (child == left)
      let known = way.firstIndex { $0.feature == feature }
      let before = known.map { way[$0] }
      if let known {
        way[known].share *= share
        way[known].isTaken = way[known].isTaken && isTaken
      } else {
        way.append(Step(feature: feature, share: share, isTaken: isTaken))
      }
      visit(child)
      if let known, let before { way[known] = before } else { way.removeLast() }
    }
  }

  /// Shares a leaf's value among the features on its way.
  private mutating func share(_ value: Double) {
    guard value != 0 else { return }
    for point in rule {
      var product = value * point.weight
      for step in way { product *= factor(step, point.position) }
      guard product != 0 else { continue }
      for step in way {
        parts[step.feature] += product / factor(step, point.position) * ((step.isTaken ? 1 : 0) - step.share)
      }
    }
  }

  private func factor(_ step: Step, _ position: Double) -> Double {
    step.share * (1 - position) + (step.isTaken ? position : 0)
  }
}
