import CordonLearning
import Testing

@testable import CordonONNX

/// What is written as ONNX says there what the model says here; `Scripts/onnx-oracle` asks onnxruntime the same.
@Suite struct ExportTests {
  @Test(arguments: TrainedModels.all) func theGraphScoresAsTheModel(_ named: TrainedModels.Named) throws {
    let graph = try ONNXGraph(bytes: ONNXExporter.bytes(of: named.model))
    #expect(graph.columns == TrainedModels.columns)
    let evaluator = GraphEvaluator(graph, output: GraphWriter.output)
    var rows = TrainedModels.rows.selecting(rows: 0..<60)
    // Some far out, some with what is missing, one with nothing at all.
    for row in 0..<20 { rows[row, row % 4] *= 40 }
    for row in 15..<40 { rows[row, row % 4] = .nan }
    for column in 0..<4 { rows[59, column] = .nan }
    let output = try evaluator.output(of: rows.values)
    #expect(output.dimensions == [60, 1])
    let comparison = OracleComparison(scores: named.model.scores(rows), expected: output.values.map { Double($0) })
    #expect(comparison.agrees, "\(comparison)")
  }

  /// What has a form to come back to does: the same kind, the same scores, missing values too.
  @Test(arguments: TrainedModels.all.filter { comingBack.contains($0.testDescription) })
  func modelsComeBack(_ named: TrainedModels.Named) throws {
    let bytes = try ONNXExporter.bytes(of: named.model)
    let imported = try ONNXImporter.model(from: bytes)
    #expect(imported.model.name == named.model.name)
    var rows = TrainedModels.rows
    for row in 0..<100 { rows[row, row % 4] = .nan }
    let difference = OracleComparison(scores: imported.model.scores(rows), expected: named.model.scores(rows))
    #expect(difference.worst < 1e-6, "\(difference)")
    let comparison = try OracleCheck.compare(imported, with: bytes, seed: 1)
    #expect(comparison.agrees, "\(comparison)")
  }

  static let comingBack = [
    "isolation forest", "boosted trees", "autoencoder", "mean square", "mean magnitude", "logistic regression",
  ]

  @Test func aModelWithoutTreesIsItsBase() throws {
    let model = try #require(BoostedTrees(trees: TreeEnsemble(columns: 2), base: 0.25, link: .identity))
    let graph = try ONNXGraph(bytes: ONNXExporter.bytes(of: .boostedTrees(model)))
    let output = try GraphEvaluator(graph, output: GraphWriter.output).output(of: [1, .nan, 3, 4])
    #expect(output.values == [0.25, 0.25])
  }
}
