import CordonCore
import CordonLearning
import CordonONNX
import Foundation
import Testing

/// Models of other frameworks score here as there; the fixtures are made by `Scripts/onnx-oracle --fixtures`.
@Suite struct FixtureTests {
  /// A model that another framework trained and exported, and the kind that it becomes here.
  struct Fixture: Sendable, CustomTestStringConvertible {
    var name: String
    var kind: String

    var testDescription: String { name }
  }

  static let fixtures = [
    Fixture(name: "isolation-forest", kind: "isolation-forest"),
    Fixture(name: "isolation-forest-scaled", kind: "isolation-forest"),
    Fixture(name: "gradient-boosting", kind: "boosted-trees"),
    Fixture(name: "random-forest", kind: "boosted-trees"),
    Fixture(name: "logistic-regression", kind: "network"),
    Fixture(name: "xgboost", kind: "boosted-trees"),
    Fixture(name: "lightgbm", kind: "boosted-trees"),
    Fixture(name: "torch-autoencoder", kind: "autoencoder"),
    Fixture(name: "keras-autoencoder", kind: "autoencoder"),
    Fixture(name: "keras-autoencoder-error", kind: "autoencoder"),
  ]

  @Test(arguments: fixtures) func scoresAsInItsOwnFramework(_ fixture: Fixture) throws {
    let imported = try ONNXImporter.model(from: FixtureFile.bytes("\(fixture.name).onnx"))
    #expect(imported.model.name == fixture.kind)
    let (rows, expected) = try FixtureFile.vectors("\(fixture.name).csv")
    #expect(rows.count == 40)
    for (row, expected) in zip(rows, expected) {
      let score = imported.model.score(row)
      #expect(abs(score - expected) <= 1e-5 * max(1, abs(expected)), "\(row)")
    }
  }

  /// scikit-learn's `decision_function` is −score_samples' complement; what the file says of itself is kept.
  @Test func theGraphsOwnNumberComesFromTheScore() throws {
    let imported = try ONNXImporter.model(from: FixtureFile.bytes("isolation-forest.onnx"))
    #expect(imported.output == "scores")
    #expect(imported.factor == -1)
    #expect(abs(imported.offset - 0.5) < 1e-6)
    guard case .isolationForest(let forest) = imported.model else { return }
    #expect(forest.sampleSize == 16)
    #expect(forest.trees.roots.count == 3)
  }
}

/// Files of the fixture folder.
enum FixtureFile {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures")

  static func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: folder.appending(path: name))) }

  /// Rows and what the framework said of each; an empty cell is a missing value.
  static func vectors(_ name: String) throws -> (rows: [[Float]], expected: [Double]) {
    let text = String(decoding: try bytes(name), as: UTF8.self)
    var rows: [[Float]] = []
    var expected: [Double] = []
    for line in text.split(separator: "\n").dropFirst() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      rows.append(cells.dropLast().map { Float($0) ?? .nan })
      expected.append(try #require(Double(cells[cells.count - 1])))
    }
    return (rows, expected)
  }
}
