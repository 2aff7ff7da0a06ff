import ArgumentParser
import CordonLearning
import CordonWire
import Foundation

/// What each feature carries of each row's score, as JSON lists for Scripts/bench learning.
struct ContributionsBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "contributions", abstract: "Print a model's contributions for rows of a file of Floats.",
    shouldDisplay: false)

  @Option(help: "A file that `cordon lab fit` or `import` wrote.") var model: String
  @Option(help: "Row-major Floats, little-endian.") var rows: String

  func run() async throws {
    let bundle = try ModelBundle(encoded: [UInt8](try Data(contentsOf: URL(filePath: model))))
    let matrix = try FloatRows.read(rows, columns: bundle.model.columns)
    let clock = ContinuousClock()
    let start = clock.now
    let parts = (0..<matrix.rows).map { bundle.model.contributions(Array(matrix[$0])) }
    let milliseconds = (clock.now - start) / .milliseconds(matrix.rows)
    let result = Result(contributions: parts, milliseconds: milliseconds)
    print(String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
  }

  struct Result: Encodable {
    var contributions: [[Double]]
    /// Of one row, on average.
    var milliseconds: Double
  }
}
