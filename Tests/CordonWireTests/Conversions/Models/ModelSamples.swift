import CordonCore
import CordonLearning

/// One small model of each kind over two columns, and bundles around them.
enum ModelSamples {
  static let id = UniqueID(bytes: [UInt8](1...16))!
  static let parent = UniqueID(bytes: [UInt8](2...17))!

  static let trees: TreeEnsemble = {
    var trees = TreeEnsemble(columns: 2)
    let first: [TreeEnsemble.Node] = [
      .split(feature: 1, threshold: 0.5, left: 1), .split(feature: 0, threshold: -2, left: 3, missingLeft: true),
      .leaf(1), .leaf(2.5), .leaf(3),
    ]
    guard trees.append(first), trees.append([.leaf(4)]) else { preconditionFailure("the sample trees fit") }
    return trees
  }()

  static let scaling = InputScaling(offsets: [1, 2], factors: [0.5, 0.25], curve: .asinh)!

  static let network: DenseNetwork = {
    let down = DenseNetwork.Layer(inputs: 2, outputs: 1, weights: [0.5, -1], bias: [0.25], activation: .tanh)!
    let up = DenseNetwork.Layer(inputs: 1, outputs: 2, weights: [1, 2], bias: [0, 1], activation: .identity)!
    return DenseNetwork(layers: [down, up])!
  }()

  static let singles: [FlatModel] = [
    .isolationForest(IsolationForest(trees: trees, sampleSize: 256)!),
    .extendedForest(
      ExtendedForest(
        fills: [0, 1], terms: 1, sampleSize: 8, roots: [0], lefts: [1, 0, 0], thresholds: [0.5, 1, 2],
        features: [1, 0, 0], weights: [-1, 0, 0])!),
    .halfSpaces(
      HalfSpaceForest(columns: 2, depth: 1, features: [1], thresholds: [0.5], masses: [3, 5], referenceRows: 8)!),
    .tails(
      TailModel(
        points: 2, quantiles: [0, 1, -1, 4], sides: [.high, .both], weights: [1, 0.5], spreads: [1, 2],
        referenceRows: 10)!),
    .projection(
      ProjectionModel(scaling: scaling, components: [1, 0], variances: [2], residualVariance: 0.5)!),
    .neighbours(NeighbourModel(scaling: scaling, sample: [0, 0, 1, 1], neighbours: 2)!),
    .network(NetworkModel(scaling: scaling, network: network, output: .reconstruction)!),
    .network(NetworkModel(scaling: scaling, network: network, output: .column(1))!),
    .boostedTrees(BoostedTrees(trees: trees, base: -0.5, link: .logistic)!),
    .network(NetworkModel(scaling: scaling, network: network, output: .meanSquare)!),
    .network(NetworkModel(scaling: scaling, network: network, output: .meanAbsolute)!),
  ]

  static let ensemble = FlatModel.ensemble(
    ModelEnsemble(
      members: singles.map {
        .init(
          model: $0, calibration: ScoreCalibration(scores: [0, 1], values: [0.25, 0.5], slope: 2)!, weight: 1.5)
      })!)

  static let all: [FlatModel] = singles + [ensemble]

  static let lineage = ModelLineage(
    modelID: id, parentID: parent, dataFrom: Timestamp(milliseconds: 1_000), dataTo: Timestamp(milliseconds: 2_000),
    sampleDigest: [UInt8](repeating: 3, count: 32), rows: 4096, codeVersion: "0.1.0",
    metrics: [.init(name: "auroc", value: 0.97)], approver: "ann", created: Timestamp(milliseconds: 3_000))

  static let thresholds = [
    ScaleThreshold(scale: "1m", threshold: 4.5, budgetShare: 0.01, entityDays: 400, rank: 4),
    ScaleThreshold(scale: "7d", threshold: nil, budgetShare: 0.001, entityDays: 12, rank: 0),
  ]

  static func bundle(_ model: FlatModel) throws -> ModelBundle {
    try ModelBundle(
      schema: 1,
      features: [
        .init(id: 101, digest: 7, transform: .log1p, name: "process_starts"),
        .init(id: 114, digest: 9, transform: .identity, name: "write_entropy_most"),
      ], model: model, thresholds: thresholds, lineage: lineage, purpose: "finds unusual behaviour of hosts",
      onnxDigest: [UInt8](repeating: 5, count: 32), seed: 42)
  }
}
