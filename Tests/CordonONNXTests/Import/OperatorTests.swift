import CordonLearning
import CordonONNX
import Testing

/// Each operator means what ONNX says that it means.
@Suite struct OperatorTests {
  private func model(_ maker: GraphMaker) throws -> FlatModel {
    try ONNXImporter.model(from: maker.bytes()).model
  }

  /// The stump gives 10 where its condition is true.
  @Test(arguments: [
    ("BRANCH_LEQ", Float(0.5), 10.0), ("BRANCH_LEQ", Float(0.5).nextUp, 20), ("BRANCH_LT", 0.5, 20),
    ("BRANCH_LT", Float(0.5).nextDown, 10), ("BRANCH_GTE", 0.5, 10), ("BRANCH_GTE", Float(0.5).nextDown, 20),
    ("BRANCH_GT", 0.5, 20), ("BRANCH_GT", Float(0.5).nextUp, 10),
  ]) func branchesGoAsTheirModeSays(_ mode: String, _ value: Float, _ expected: Double) throws {
    var maker = GraphMaker(columns: 2)
    maker.node("TreeEnsembleRegressor", ["x"], "score", GraphMaker.stump(mode: mode))
    #expect(try model(maker).score([value, 0]) == expected)
  }

  @Test(arguments: [
    ("BRANCH_LEQ", Int64(1), 10.0), ("BRANCH_LEQ", 0, 20), ("BRANCH_GT", 1, 10), ("BRANCH_GT", 0, 20),
  ]) func missingValuesGoWhereTheyTrack(_ mode: String, _ tracks: Int64, _ expected: Double) throws {
    var maker = GraphMaker(columns: 2)
    maker.node("TreeEnsembleRegressor", ["x"], "score", GraphMaker.stump(mode: mode, missing: tracks))
    #expect(try model(maker).score([.nan, 0]) == expected)
  }

  /// A tree behind a scaler splits the input just where the scaled Float passes its threshold.
  @Test(arguments: [Float(3), -3, 0.1, -1e-3], ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GT"])
  func treesBehindAScalerSplitAtTheSameFloat(_ factor: Float, _ mode: String) throws {
    var maker = GraphMaker(columns: 2)
    let scaler = [
      GraphMaker.attribute("offset", floats: [7.7, 0]), GraphMaker.attribute("scale", floats: [factor, 1]),
    ]
    maker.node("Scaler", ["x"], "z", scaler)
    maker.node("TreeEnsembleRegressor", ["z"], "score", GraphMaker.stump(mode: mode))
    let model = try model(maker)
    var value = 7.7 + 0.5 / factor
    for _ in 0..<20 { value = value.nextDown }
    for _ in 0..<40 {
      let scaled = (value - 7.7) * factor
      let isTrue = mode == "BRANCH_LEQ" ? scaled <= 0.5 : mode == "BRANCH_LT" ? scaled < 0.5 : scaled > 0.5
      #expect(model.score([value, 0]) == (isTrue ? 10 : 20), "\(value) is scaled to \(scaled)")
      value = value.nextUp
    }
  }

  @Test func layersFoldToTheSameNumbers() throws {
    var maker = GraphMaker(columns: 2)
    maker.constant("mean", [2], [1, -2])
    maker.constant("deviation", [1, 2], [2, 4])
    maker.constant("w", [2, 3], [1, 2, 3, 4, 5, 6])
    maker.constant("b", [3], [0.5, 0, -1])
    maker.constant("two", [], [2])
    maker.constant("v", [1, 3], [1, -1, 0.5])
    maker.constant("one", [1], [1])
    maker.node("Sub", ["x", "mean"], "a")
    maker.node("Div", ["a", "deviation"], "c")
    maker.node("MatMul", ["c", "w"], "d")
    maker.node("Add", ["d", "b"], "e")
    maker.node("Relu", ["e"], "f")
    maker.node("Mul", ["f", "two"], "g")
    var transposed = Onnx_AttributeProto()
    transposed.name = "transB"
    transposed.i = 1
    maker.node("Gemm", ["g", "v", "one"], "h", [transposed])
    maker.node("Sub", ["one", "h"], "score")
    let model = try model(maker)
    for row: [Float] in [[1, -2], [3, 2], [-5, 10]] {
      let z = [(Double(row[0]) - 1) / 2, (Double(row[1]) + 2) / 4]
      let hidden = [z[0] + 4 * z[1] + 0.5, 2 * z[0] + 5 * z[1], 3 * z[0] + 6 * z[1] - 1].map { 2 * max(0, $0) }
      let expected = 1 - (hidden[0] - hidden[1] + 0.5 * hidden[2] + 1)
      #expect(abs(model.score(row) - expected) < 1e-5)
    }
  }

  @Test func columnsArePickedInTheirOrder() throws {
    var maker = GraphMaker(columns: 3)
    maker.whole("picked", [2, 0])
    maker.constant("w", [2, 1], [10, 1])
    maker.node("ArrayFeatureExtractor", ["x", "picked"], "p")
    maker.node("MatMul", ["p", "w"], "score")
    #expect(try model(maker).score([1, 2, 3]) == 31)
  }

  @Test func aRowAsWideAsTheInputIsItsReconstruction() throws {
    var maker = GraphMaker(columns: 2)
    maker.constant("w", [2, 2], [1, 0, 0, 0])
    maker.node("MatMul", ["x", "w"], "score")
    let model = try model(maker)
    #expect(model.name == "autoencoder")
    #expect(abs(model.score([5, 3]) - (4.5).squareRoot()) < 1e-6)
  }

  @Test func theMeanOfMagnitudesIsTaken() throws {
    var maker = GraphMaker(columns: 2)
    maker.constant("w", [2, 2], [1, 0, 0, 0])
    maker.whole("axes", [1])
    maker.node("MatMul", ["x", "w"], "y")
    maker.node("Sub", ["y", "x"], "d")
    maker.node("Abs", ["d"], "m")
    maker.node("ReduceMean", ["m", "axes"], "score")
    #expect(try model(maker).score([5, -3]) == 1.5)
  }

  /// What no score depends on may be anything; what one depends on may not.
  @Test func anOperatorCountsWhereAnOutputNeedsIt() throws {
    var maker = GraphMaker(columns: 2)
    maker.node("TreeEnsembleRegressor", ["x"], "score", GraphMaker.stump())
    maker.node("ArgMax", ["score"], "class")
    #expect(try model(maker).score([0, 0]) == 10)
    var label = Onnx_ValueInfoProto()
    label.name = "class"
    label.type.tensorType.elemType = 7
    maker.model.graph.output.append(label)
    #expect(try model(maker).score([0, 0]) == 10)
    maker.model.graph.output[1].type.tensorType.elemType = 1
    #expect(throws: (any Error).self) { try model(maker) }
  }

  @Test func theOutputCanBeNamed() throws {
    var maker = GraphMaker(columns: 2)
    maker.constant("two", [], [2])
    maker.node("TreeEnsembleRegressor", ["x"], "score", GraphMaker.stump())
    maker.node("Mul", ["score", "two"], "twice")
    var other = maker.model.graph.output[0]
    other.name = "twice"
    maker.model.graph.output.append(other)
    #expect(throws: (any Error).self) { try model(maker) }
    #expect(try ONNXImporter.model(from: maker.bytes(), output: "twice").model.score([0, 0]) == 20)
  }
}
