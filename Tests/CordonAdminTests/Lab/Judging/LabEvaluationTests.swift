import CordonAdmin
import CordonCore
import CordonLearning
import Testing

@Suite struct LabEvaluationTests {
  /// So many rows: bad ones, every tenth, lie far out; a word and a date column, one that never varies, one without values.
  static func text(_ rows: Int, seed: UInt64 = 1) -> String {
    var randomness = ModelRandomness(seed: seed)
    var text = "size,kind,when,same,nothing,label\n"
    for row in 0..<rows {
      let isBad = row % 10 == 9
      let size = randomness.uniform() + (isBad ? 5 : 0)
      text += "\(size),\(isBad ? "odd" : row % 2 == 0 ? "left" : "right"),\(1 + row % 28)-Apr-19,7,,\(isBad ? 1 : 0)\n"
    }
    return text
  }

  static func table(_ text: String, _ name: String = "a.csv") throws -> LabTable {
    try LabTable(csv: Array(text.utf8), name: name)
  }

  @Test(arguments: [LabSupervision.none, .normal, .full]) func `what stands out is found, and all is said`(
    _ supervision: LabSupervision
  ) throws {
    let request = LabRequest(train: try Self.table(Self.text(400)), label: "label", supervision: supervision, seed: 2)
    let found = try LabEvaluation(request)
    #expect(found.ranks.auroc > 0.99)
    #expect(found.model == (supervision == .full ? "boosted-trees" : "ensemble"))
    #expect(found.rows == (supervision == .full ? 120 : 400))
    #expect(found.scores.allSatisfy { $0.isFinite })
    let notes = found.notes.joined(separator: " ")
    for said in [
      "when is read as dates", "kind holds words", "same is left out", "nothing is left out", "No test file",
    ] {
      #expect(notes.contains(said), "\(notes)")
    }
    #expect(try LabEvaluation(request).scores == found.scores)
  }

  @Test func `a test file with other words and gaps is judged`() throws {
    let test = "kind,size,when,label\nnever seen,0.5,2-Apr-19,0\n,9,3-Apr-19,1\nleft,,,0\n"
    let found = try LabEvaluation(
      LabRequest(
        train: try Self.table(Self.text(200)), test: try Self.table(test, "b.csv"), label: "label",
        supervision: .full))
    #expect(found.scores.count == 3 && found.scores.allSatisfy { $0.isFinite })
  }

  static let refused: [(text: String, label: String, supervision: LabSupervision, code: String)] = [
    ("a,label\n", "label", .none, "no-rows"), ("a,label\n1,0\n", "label", .none, "one-class"),
    ("a,label\n1,0\n2,0\n", "label", .none, "one-class"), ("a,label\n1,0\n2,1\n", "truth", .none, "absent-label"),
    ("a,label\n1,0\n2,\n3,1\n", "label", .none, "missing-label"), ("a,label\n1,0\ninf,1\n", "label", .none, "infinite"),
    ("a,label\n1,0\n1e39,1\n", "label", .none, "infinite"), ("a,label\n4,0\n4,1\n", "label", .none, "no-features"),
    ("a,label\n,0\nnan,1\n", "label", .none, "no-features"), ("a,label\n1,0\n2,1\n", "label", .normal, "too-few-rows"),
    ("a,label\n1,x\n2,y\n", "label", .none, "label-words"), ("label\n0\n1\n", "label", .none, "no-features"),
    ("a,label\n1,0\n2,1\n", "label", .full, "one-class"),
  ]

  @Test(arguments: refused) func `bad input is refused by name`(
    text: String, label: String, supervision: LabSupervision, code: String
  ) {
    let error = #expect(throws: CordonError.self) {
      try LabEvaluation(LabRequest(train: try Self.table(text), label: label, supervision: supervision))
    }
    #expect(error?.code == code, "\(String(describing: error))")
    #expect(error?.exitCode == 65)
    #expect(error?.remedy.isEmpty == false)
  }

  @Test(arguments: [ModelRecipe.ensemble, .tails, .boostedTrees, .logisticRegression, .autoencoder, .halfSpaces])
  func `a model file scores as the model that it was made of`(_ recipe: ModelRecipe) throws {
    let table = try Self.table(Self.text(200))
    let training = try LabTraining(
      LabRequest(
        train: table, label: "label", recipe: recipe, supervision: recipe.needsLabels ? .full : .none, seed: 3))
    var randomness = ModelRandomness(seed: 1)
    let identity = UniqueID(at: .epoch, randomness: &randomness)
    let file = try LabModelFile(training, identity: identity, created: .epoch)
    let again = try LabModelFile(encoded: try file.encoded())
    #expect(try again.scores(table) == training.scores(table))
    let error = #expect(throws: CordonError.self) { try again.scores(try Self.table("kind,when\nleft,1-Apr-19\n")) }
    #expect(error?.code == "absent-feature")
  }
}
