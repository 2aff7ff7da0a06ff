import ArgumentParser
import CordonCore
import CordonLearning
import Foundation
import Glibc

/// What a model costs: to learn, to score one row, and what an agent keeps an entity. Prints JSON for Scripts/bench learning.
struct ModelsBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models",
    abstract: "Time models over rows of a file of Floats, and count the bytes of an entity's state.",
    shouldDisplay: false)

  @Option(help: "Row-major Floats, little-endian.") var rows: String
  @Option(help: "Features of a row.") var columns: Int
  /// Rows that one row at a time is timed over.
  @Option var scored = 5000

  struct Result: Encodable {
    /// Isolation forest, 100 × 256: over all rows, and over the first tenth of them.
    var fitSeconds: Double
    var fitSecondsTenth: Double
    /// One thread, one row after the other.
    var microsecondsARow: Double
    var ensembleMicrosecondsARow: Double
    /// By schema, and for the most features that one may have.
    var baselineBytes: [String: Int]
    var noveltyBytes: Int
  }

  func run() async throws {
    let matrix = try FloatRows.read(rows, columns: columns)
    let tenth = matrix.selecting(rows: 0..<matrix.rows / 10)
    let trainer = IsolationForestTrainer()
    var forest: FlatModel?
    let whole = try Self.least { forest = .isolationForest(try trainer.fit(matrix, seed: 1)) }
    let part = try Self.least { _ = try trainer.fit(tenth, seed: 1) }
    guard let forest else { return }
    let ensemble = FlatModel.ensemble(try EnsembleTrainer().fit(tenth, seed: 1))
    let scored = matrix.selecting(rows: 0..<min(scored, matrix.rows))
    let few = matrix.selecting(rows: 0..<min(1000, matrix.rows))
    let result = Result(
      fitSeconds: whole, fitSecondsTenth: part,
      microsecondsARow: Self.least { _ = forest.scores(scored) } * 1e6 / Double(scored.rows),
      ensembleMicrosecondsARow: Self.least { _ = ensemble.scores(few) } * 1e6 / Double(few.rows),
      baselineBytes: Self.baselines(), noveltyBytes: NoveltyFilter(capacity: 100_000).byteCount)
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    print(String(decoding: try encoder.encode(result), as: UTF8.self))
  }

  /// Seconds of the processor in the fastest of ten runs, as the peers are timed: a busy machine changes little.
  private static func least(_ work: () throws -> Void) rethrows -> Double {
    var least = Double.infinity
    for _ in 0..<10 {
      let start = clock()
      try work()
      // POSIX has it count millionths of a second.
      least = min(least, Double(clock() - start) / 1e6)
    }
    return least
  }

  /// Bytes of a baseline that has learned more than its histograms hold, by schema.
  private static func baselines() -> [String: Int] {
    var bytes: [String: Int] = [:]
    let schemas = FeatureSchema.all.map { ($0.name, $0.features.count) }
    var randomness = ModelRandomness(seed: 1)
    for (name, count) in schemas + [("48 features", EntityBaseline.featureLimit)] {
      var baseline = EntityBaseline(featureCount: count)
      for window in 0..<20_000 {
        guard let hour = HourOfWeek(index: window % HourOfWeek.count) else { continue }
        baseline.learn((0..<count).map { _ in Float(randomness.uniform() * 20) }, at: hour)
      }
      bytes[name] = baseline.encoded.count
    }
    return bytes
  }
}

/// Rows as a Python peer writes them.
enum FloatRows {
  static func read(_ path: String, columns: Int) throws -> FeatureMatrix {
    let data = try Data(contentsOf: URL(filePath: path))
    guard columns > 0, data.count.isMultiple(of: 4 * columns) else {
      throw ValidationError("\(path) does not hold rows of \(columns) Floats")
    }
    let values = data.withUnsafeBytes { bytes in
      (0..<data.count / 4).map {
        Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
      }
    }
    return FeatureMatrix(columns: columns, values: values)
  }
}
