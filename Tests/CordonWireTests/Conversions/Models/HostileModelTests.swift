import CordonCore
import CordonLearning
import CordonWire
import Foundation
import SwiftProtobuf
import Testing

/// A bundle from a stranger is refused with a code, or is a model that scores finite numbers; it never crashes.
@Suite struct HostileModelTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var code: String
    var spoil: @Sendable (inout Cordon_V1_ModelBundle) -> Void

    init(_ what: String, _ code: String, _ spoil: @escaping @Sendable (inout Cordon_V1_ModelBundle) -> Void) {
      self.testDescription = what
      self.code = code
      self.spoil = spoil
    }
  }

  static let bundles = [
    Case("another format", "unknown-format") { $0.format = 2 },
    Case("no model", "unknown-model") { $0.clearModel() },
    Case("a feature too few", "bundle-shape") { $0.features.removeLast() },
    Case("too many features", "oversized") {
      $0.features = Array(repeating: $0.features[0], count: ModelBundle.featureLimit + 1)
    },
    Case("unknown transform", "unknown-value") { $0.features[0].transform = .UNRECOGNIZED(77) },
    Case("no transform", "unknown-value") { $0.features[0].transform = .unspecified },
    Case("long feature name", "oversized") { $0.features[0].name = String(repeating: "x", count: WireLimits.name + 1) },
    Case("long purpose", "oversized") { $0.purpose = String(repeating: "x", count: WireLimits.sentence + 1) },
    Case("short digest", "malformed") { $0.onnxSha256 = Data([1]) },
    Case("no model id", "malformed") { $0.lineage.modelID = Data() },
    Case("data that ends before it starts", "out-of-range") { $0.lineage.dataToMs = 1 },
    Case("a metric that is no number", "not-finite") { $0.lineage.metrics[0].value = .nan },
    Case("too many metrics", "oversized") {
      $0.lineage.metrics = Array(repeating: $0.lineage.metrics[0], count: 65)
    },
    Case("a threshold that is no number", "not-finite") { $0.thresholds[0].threshold = .infinity },
    Case("a threshold without a rank", "out-of-range") { $0.thresholds[0].rank = 0 },
    Case("a rank beyond the entity-days", "out-of-range") { $0.thresholds[0].rank = 401 },
    Case("a budget above one a day", "out-of-range") { $0.thresholds[0].budgetShare = 1.5 },
    Case("too many thresholds", "oversized") {
      $0.thresholds = Array(repeating: $0.thresholds[0], count: ModelBundle.thresholdLimit + 1)
    },
    Case("an ensemble in an ensemble", "malformed") { $0.model.ensemble.members[0].model = $0.model },
    Case("an empty ensemble", "malformed") { $0.model.ensemble.members = [] },
    Case("a member without weight", "malformed") { $0.model.ensemble.members[0].weight = 0 },
    Case("a calibration that falls", "malformed") { $0.model.ensemble.members[0].calibrationValues = [1, 0] },
    Case("a leaf that is no number", "malformed") { forest(&$0) { $0.thresholds[2] = .nan } },
    Case("fewer nodes than said", "malformed") { forest(&$0) { $0.treeNodes[0] += 1 } },
    Case("a tree of four billion nodes", "malformed") { forest(&$0) { $0.treeNodes[0] = .max } },
    Case("a tree without nodes", "malformed") { forest(&$0) { $0.treeNodes.append(0) } },
    Case("a feature that no row has", "malformed") { forest(&$0) { $0.features[0] = 3 } },
    Case("a feature far beyond", "malformed") { forest(&$0) { $0.features[0] = .max } },
    Case("a child that is its parent", "malformed") { forest(&$0) { $0.leftDistances[0] = 0 } },
    Case("a child in another tree", "malformed") { forest(&$0) { $0.leftDistances[1] = 4 } },
    Case("a child far beyond", "malformed") { forest(&$0) { $0.leftDistances[1] = .max } },
    Case("a split too few", "malformed") { forest(&$0) { $0.leftDistances.removeLast() } },
    Case("a split too many", "malformed") { forest(&$0) { $0.leftDistances.append(1) } },
    Case("missing at no split", "malformed") { forest(&$0) { $0.missingLeft = [9] } },
    Case("missing twice", "malformed") { forest(&$0) { $0.missingLeft = [1, 1] } },
    Case("rows without columns", "malformed") { forest(&$0) { $0.columns = 0 } },
    Case("rows of four billion columns", "malformed") { forest(&$0) { $0.columns = .max } },
    Case("a sample of one", "malformed") { $0.model.ensemble.members[0].model.isolationForest.sampleSize = 1 },
    Case("unknown side", "unknown-value") { $0.model.ensemble.members[3].model.tails.sides[0] = .UNRECOGNIZED(4) },
    Case("unknown activation", "unknown-value") {
      $0.model.ensemble.members[6].model.network.layers[0].activation = .unspecified
    },
    Case("a layer of the wrong shape", "malformed") {
      $0.model.ensemble.members[6].model.network.layers[0].outputs = 65_536
    },
    Case("a layer whose shape overflows", "malformed") {
      $0.model.ensemble.members[6].model.network.layers[0].inputs = .max
      $0.model.ensemble.members[6].model.network.layers[0].outputs = .max
    },
    Case("an output that is not there", "malformed") { $0.model.ensemble.members[7].model.network.column = 2 },
    Case("unknown measure", "unknown-value") {
      $0.model.ensemble.members[6].model.network.measure = .UNRECOGNIZED(4)
    },
    Case("a column and a measure", "unknown-value") {
      $0.model.ensemble.members[7].model.network.measure = .meanSquare
    },
    Case("unknown link", "unknown-value") {
      $0.model.ensemble.members[8].model.boostedTrees.link = .UNRECOGNIZED(9)
    },
  ]

  private static func forest(_ bundle: inout Cordon_V1_ModelBundle, _ spoil: (inout Cordon_V1_TreeEnsemble) -> Void) {
    spoil(&bundle.model.ensemble.members[0].model.isolationForest.trees)
  }

  @Test(arguments: bundles) func bundleIsRefused(_ spoiled: Case) throws {
    var message = Cordon_V1_ModelBundle(try ModelSamples.bundle(ModelSamples.ensemble))
    _ = try message.domain()
    spoiled.spoil(&message)
    #expect(#expect(throws: CordonError.self) { try message.domain() }?.code == spoiled.code)
  }

  /// Mutated bytes give a refusal or a model whose every score is a finite number.
  @Test(arguments: 0..<400) func mutatedBytesAreSurvived(_ seed: UInt64) throws {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
    let model = ModelSamples.all[Int(next() % UInt64(ModelSamples.all.count))]
    var bytes = try ModelSamples.bundle(model).encoded()
    for _ in 0..<(1 + next() % 6) { bytes[Int(next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: next()) }
    guard let bundle = try? ModelBundle(encoded: bytes) else { return }
    #expect(bundle.features.count == bundle.model.columns)
    for value: Float in [0, -3, 1e30, -.greatestFiniteMagnitude, .nan] {
      #expect(bundle.model.score([Float](repeating: value, count: bundle.model.columns)).isFinite)
    }
  }
}
