import CordonLearning
import Testing

@testable import CordonONNX

/// A compiled model and its file carried out operation by operation agree on 1,000 rows; a wrong one is found.
@Suite struct OracleCheckTests {
  @Test(arguments: FixtureTests.fixtures) func importedModelsAgree(_ fixture: FixtureTests.Fixture) throws {
    let bytes = try FixtureFile.bytes("\(fixture.name).onnx")
    let imported = try ONNXImporter.model(from: bytes)
    let comparison = try OracleCheck.compare(imported, with: bytes, seed: 7)
    #expect(comparison.rows == 1000)
    #expect(comparison.agrees, "\(comparison)")
  }

  /// A split that is one Float off is found, because rows lie exactly on the splits.
  @Test func aSplitOneFloatOffIsFound() throws {
    var maker = GraphMaker(columns: 2)
    maker.node("TreeEnsembleRegressor", ["x"], "score", GraphMaker.stump())
    let imported = try ONNXImporter.model(from: maker.bytes())
    maker.model.graph.node[0].attribute = GraphMaker.stump(threshold: Float(0.5).nextDown)
    let comparison = try OracleCheck.compare(imported, with: maker.bytes(), seed: 7)
    #expect(!comparison.agrees)
  }

  @Test func rowsAreSeeded() {
    for named in TrainedModels.all {
      let rows = OracleVectors.rows(for: named.model, seed: 3, count: 50)
      #expect(rows == OracleVectors.rows(for: named.model, seed: 3, count: 50))
      #expect(rows != OracleVectors.rows(for: named.model, seed: 4, count: 50))
      #expect(!rows.values.contains { !$0.isFinite })
    }
  }

  @Test func theWorstRowIsNamed() {
    let comparison = OracleComparison(scores: [1, 2, 300], expected: [1, 2.5, 303])
    #expect(comparison.worstRow == 1)
    #expect(abs(comparison.worst - 0.2) < 1e-12)
    #expect(!comparison.agrees)
    #expect(OracleComparison(scores: [1, .nan], expected: [1, 1]).worst == .infinity)
    #expect(OracleComparison(scores: [1 + 1e-6], expected: [1]).agrees)
  }

  @Test func anotherRuntimeMayBeAsked() throws {
    let model = TrainedModels.all[0].model
    let same = try OracleCheck.compare(model, seed: 1) { rows in model.scores(rows) }
    #expect(same.worst == 0 && same.rows == 1000)
    let other = try OracleCheck.compare(model, seed: 1) { rows in model.scores(rows).map { $0 + 1 } }
    #expect(!other.agrees)
  }
}
