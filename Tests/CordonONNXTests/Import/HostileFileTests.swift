import CordonCore
import CordonLearning
import CordonONNX
import Foundation
import Testing

/// A file from a stranger gives one clear error, or a model whose scores are finite; it never crashes.
@Suite struct HostileFileTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var code: String
    /// What the message must name.
    var named: String
    var spoil: @Sendable (inout GraphMaker) -> Void

    init(_ what: String, _ code: String, named: String = "", _ spoil: @escaping @Sendable (inout GraphMaker) -> Void) {
      self.testDescription = what
      self.code = code
      self.named = named
      self.spoil = spoil
    }
  }

  /// A stump behind a scaled row, good before it is spoilt.
  private static func good() -> GraphMaker {
    var maker = GraphMaker(columns: 2)
    maker.constant("mean", [2], [1, 2])
    maker.node("Sub", ["x", "mean"], "z")
    maker.node("TreeEnsembleRegressor", ["z"], "score", GraphMaker.stump())
    return maker
  }

  private static func tree(_ maker: inout GraphMaker, _ name: String, _ spoil: (inout Onnx_AttributeProto) -> Void) {
    for index in maker.model.graph.node[1].attribute.indices
    where maker.model.graph.node[1].attribute[index].name == name {
      spoil(&maker.model.graph.node[1].attribute[index])
    }
  }

  static let cases = [
    Case("no graph", "onnx-malformed") { $0.model.clearGraph() },
    Case("no output", "onnx-malformed") { $0.model.graph.output = [] },
    Case("an output that nothing makes", "onnx-malformed") { $0.model.graph.output[0].name = "nothing" },
    Case("no input", "onnx-unsupported", named: "0 inputs") { $0.model.graph.input = [] },
    Case("two inputs", "onnx-unsupported", named: "2 inputs") {
      $0.model.graph.input.append($0.model.graph.input[0])
      $0.model.graph.input[1].name = "y"
    },
    Case("rows of unknown width", "onnx-unsupported") {
      $0.model.graph.input[0].type.tensorType.shape.dim[1].dimParam = "d"
    },
    Case("rows too wide", "onnx-unsupported") {
      $0.model.graph.input[0].type.tensorType.shape.dim[1].dimValue = 4097
    },
    Case("rows of text", "onnx-unsupported") { $0.model.graph.input[0].type.tensorType.elemType = 8 },
    Case("a function of its own", "onnx-unsupported", named: "functions") { $0.model.functions = [Data([0])] },
    Case("a sparse constant", "onnx-unsupported", named: "sparse") { $0.model.graph.sparseInitializer = [Data([0])] },
    Case("weights in another file", "onnx-unsupported", named: "outside the file") {
      var location = Onnx_StringStringEntryProto()
      location.key = "location"
      location.value = "/etc/shadow"
      $0.model.graph.initializer[0].externalData = [location]
      $0.model.graph.initializer[0].dataLocation = 1
    },
    Case("a graph in the graph", "onnx-operator", named: "If") {
      var attribute = Onnx_AttributeProto()
      attribute.name = "then_branch"
      attribute.g = Data([0x0a, 0x00])
      $0.node("If", ["z"], "branch", [attribute])
    },
    Case("a cycle", "onnx-malformed", named: "cyclic") { $0.model.graph.node[0].input[1] = "score" },
    Case("an operation on itself", "onnx-malformed", named: "cyclic") { $0.model.graph.node[0].input[1] = "z" },
    Case("a name made twice", "onnx-malformed", named: "twice") { $0.node("Identity", ["x"], "z") },
    Case("a constant twice", "onnx-malformed") {
      $0.model.graph.initializer.append($0.model.graph.initializer[0])
    },
    Case("dimensions that overflow", "onnx-oversized") {
      $0.model.graph.initializer[0].dims = [1 << 21, 1 << 21, 1 << 21, 1 << 21]
    },
    Case("a negative dimension", "onnx-oversized") { $0.model.graph.initializer[0].dims = [-1] },
    Case("a huge dimension", "onnx-oversized") { $0.model.graph.initializer[0].dims = [.max] },
    Case("too many dimensions", "onnx-oversized") {
      $0.model.graph.initializer[0].dims = [Int64](repeating: 1, count: 9)
    },
    Case("fewer numbers than said", "onnx-malformed") { $0.model.graph.initializer[0].dims = [2, 1_000] },
    Case("a constant that ends within a number", "onnx-malformed") {
      $0.model.graph.initializer[0].floatData = []
      $0.model.graph.initializer[0].rawData = Data([1, 2, 3])
    },
    Case("a constant that is no number", "onnx-unsupported") { $0.model.graph.initializer[0].floatData[0] = .nan },
    Case("a constant of another type", "onnx-unsupported", named: "data type 10") {
      $0.model.graph.initializer[0].dataType = 10
    },
    Case("a constant of the wrong width", "onnx-operator", named: "Sub") {
      $0.model.graph.initializer[0].dims = [3]
      $0.model.graph.initializer[0].floatData = [1, 2, 3]
    },
    Case("an attribute that is not known", "onnx-operator", named: "nodes_hints") {
      $0.model.graph.node[1].attribute.append(GraphMaker.attribute("nodes_hints", ints: [1]))
    },
    Case("an attribute twice", "onnx-malformed") {
      $0.model.graph.node[1].attribute.append(GraphMaker.attribute("nodes_treeids", ints: [0, 0, 0]))
    },
    Case("a mode that is not known", "onnx-operator", named: "BRANCH_MEMBER") {
      tree(&$0, "nodes_modes") { $0.strings[0] = Data("BRANCH_MEMBER".utf8) }
    },
    Case("lists of different lengths", "onnx-malformed") { tree(&$0, "nodes_values") { $0.floats.removeLast() } },
    Case("a node twice", "onnx-malformed") { tree(&$0, "nodes_nodeids") { $0.ints = [0, 1, 1] } },
    Case("a tree that is cyclic", "onnx-malformed", named: "cyclic") {
      tree(&$0, "nodes_modes") { $0.strings[1] = Data("BRANCH_LEQ".utf8) }
    },
    Case("a child that is not there", "onnx-malformed") { tree(&$0, "nodes_truenodeids") { $0.ints[0] = .max } },
    Case("a column that is not there", "onnx-malformed") { tree(&$0, "nodes_featureids") { $0.ints[0] = 2 } },
    Case("a column before the first", "onnx-malformed") { tree(&$0, "nodes_featureids") { $0.ints[0] = .min } },
    Case("a split at no number", "onnx-malformed") { tree(&$0, "nodes_values") { $0.floats[0] = .infinity } },
    Case("a leaf that is not there", "onnx-malformed") { tree(&$0, "target_nodeids") { $0.ints[0] = 9 } },
    Case("a leaf that is no number", "onnx-malformed") { tree(&$0, "target_weights") { $0.floats[0] = .nan } },
    Case("no trees", "onnx-oversized") { $0.model.graph.node[1].attribute = [] },
  ]

  @Test(arguments: cases) func fileIsRefused(_ spoiled: Case) throws {
    var maker = Self.good()
    _ = try ONNXImporter.model(from: maker.bytes())
    spoiled.spoil(&maker)
    let bytes = try maker.bytes()
    let error = #expect(throws: CordonError.self) { try ONNXImporter.model(from: bytes) }
    #expect(error?.code == spoiled.code)
    #expect(error?.message.contains(spoiled.named) == true || spoiled.named.isEmpty, "\(error?.message ?? "")")
  }

  @Test(arguments: ["Softmax", "Conv", "LSTM", "Elu", "Exp", "TreeEnsemble", "SVMClassifier", "Scan"])
  func anOperatorOutsideTheListIsNamed(_ operation: String) throws {
    var maker = GraphMaker(columns: 2)
    maker.node(operation, ["x"], "score")
    maker.model.graph.node[0].output = ["score"]
    let bytes = try maker.bytes()
    let error = #expect(throws: CordonError.self) { try ONNXImporter.model(from: bytes) }
    #expect(error?.code == "onnx-operator")
    #expect(error?.message.contains(operation) == true)
  }

  @Test func aFilePastTheLimitIsRefusedBeforeItIsRead() {
    let error = #expect(throws: CordonError.self) {
      try ONNXImporter.model(from: [UInt8](repeating: 0xff, count: ONNXLimits.fileBytes + 1))
    }
    #expect(error?.code == "onnx-oversized")
  }

  @Test func tooManyOperationsAreRefused() throws {
    var maker = GraphMaker(columns: 1)
    maker.node("Neg", ["x"], "score")
    maker.model.graph.node = Array(repeating: maker.model.graph.node[0], count: ONNXLimits.nodes + 1)
    let bytes = try maker.bytes()
    #expect(#expect(throws: CordonError.self) { try ONNXImporter.model(from: bytes) }?.code == "onnx-oversized")
  }

  /// Doubling a sum thirty times would be a thousand million leaves.
  @Test func aSumThatDoublesIsStopped() throws {
    var maker = GraphMaker(columns: 1)
    for tree in 0..<2 { maker.node("TreeEnsembleRegressor", ["x"], "t\(tree)", GraphMaker.stump()) }
    maker.node("Add", ["t0", "t1"], "s0")
    for index in 0..<40 { maker.node("Add", ["s\(index)", "s\(index)"], "s\(index + 1)") }
    maker.model.graph.output[0].name = "s40"
    let bytes = try maker.bytes()
    #expect(#expect(throws: CordonError.self) { try ONNXImporter.model(from: bytes) }?.code == "onnx-oversized")
  }

  @Test(arguments: ["gradient-boosting.onnx", "torch-autoencoder.onnx"]) func everyCutIsSurvived(
    _ name: String
  ) throws {
    let bytes = try FixtureFile.bytes(name)
    for length in 0..<bytes.count { expectSurvival([UInt8](bytes[0..<length])) }
  }

  @Test(arguments: 0..<300) func mutatedBytesAreSurvived(_ seed: UInt64) throws {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
    let fixture = FixtureTests.fixtures[Int(next() % UInt64(FixtureTests.fixtures.count))]
    var bytes = try FixtureFile.bytes("\(fixture.name).onnx")
    for _ in 0..<(1 + next() % 8) { bytes[Int(next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: next()) }
    expectSurvival(bytes)
  }

  private func expectSurvival(_ bytes: [UInt8]) {
    guard let model = try? ONNXImporter.model(from: bytes).model else { return }
    for value: Float in [0, 1e30, -.greatestFiniteMagnitude, .nan] {
      #expect(model.score([Float](repeating: value, count: model.columns)).isFinite)
    }
  }
}
