package import CordonCore
package import CordonLearning

/// How far two forms of one model are apart on the same rows.
package struct OracleComparison: Hashable, Sendable {
  /// Most difference that passes, relative to the larger of 1 and what was expected.
  package static let tolerance = 1e-5

  package let rows: Int
  /// The largest difference, relative to the larger of 1 and what was expected; infinite where a number is not one.
  package let worst: Double
  /// The row of it.
  package let worstRow: Int

  package var agrees: Bool { worst <= Self.tolerance }

  /// Scores beside what an oracle says, one a row each; as many of both.
  package init(scores: [Double], expected: [Double]) {
    precondition(scores.count == expected.count, "an oracle says one number a row")
    var worst = 0.0
    var worstRow = 0
    for (row, (score, expected)) in zip(scores, expected).enumerated() {
      let difference = (score - expected).magnitude / max(1, expected.magnitude)
      guard !(difference <= worst) else { continue }
      worst = difference.isNaN ? .infinity : difference
      worstRow = row
    }
    rows = scores.count
    self.worst = worst
    self.worstRow = worstRow
  }
}

/// Checks that a flat model and an ONNX graph say the same.
package enum OracleCheck {
  /// Rows that the reference is carried out on at a time: what bounds its memory.
  private static let batch = 50

  /// Compares a model that was imported with its file, carried out operation by operation, on 1,000 seeded rows.
  package static func compare(
    _ imported: ImportedModel, with bytes: [UInt8], seed: UInt64
  ) throws(CordonError) -> OracleComparison {
    let evaluator = GraphEvaluator(try ONNXGraph(bytes: bytes), output: imported.output)
    let rows = OracleVectors.rows(for: imported.model, seed: seed)
    let width = rows.columns
    var expected: [Double] = []
    for start in stride(from: 0, to: rows.rows, by: batch) {
      let end = min(start + batch, rows.rows)
      let part = [Float](rows.values[start * width..<end * width])
      let output = try evaluator.output(of: part)
      guard output.values.count == (end - start) * output.width else {
        throw ONNXRefusal.malformed("its output is not one row a row")
      }
      for row in 0..<end - start {
        let own = output.values[row * output.width..<(row + 1) * output.width]
        expected.append(imported.reading.number(of: own, input: part[row * width..<(row + 1) * width]))
      }
    }
    let scores = imported.model.scores(rows).map { imported.outputValue(score: $0) }
    return OracleComparison(scores: scores, expected: expected)
  }

  /// Compares a model with any other runtime, which gets the rows and gives one number a row.
  package static func compare(
    _ model: FlatModel, seed: UInt64, with runtime: (FeatureMatrix) throws(CordonError) -> [Double]
  ) throws(CordonError) -> OracleComparison {
    let rows = OracleVectors.rows(for: model, seed: seed)
    return OracleComparison(scores: model.scores(rows), expected: try runtime(rows))
  }
}
