package import CordonCore
import CordonLearning

/// Scores the rows of a series in one pass: each score depends on nothing that comes later in the file.
package struct StreamScoring: Sendable {
  package var file: String
  package var time: String
  package var values: [String]

  package init(file: String, time: String, values: [String]) {
    self.file = file
    self.time = time
    self.values = values
  }

  /// What a pass came to.
  package struct Summary: Hashable, Sendable {
    package var rows = 0
    /// Values that are missing, text, or infinite: they score 0 and teach nothing.
    package var skipped = 0
    /// Rows whose score is above 0.
    package var raised = 0
  }

  /// Scores every row in turn; the greatest score over the value columns is the row's.
  ///
  /// - Parameter each: takes the row's time as it was written, and its score.
  ///
  /// Throws `absent-column`, `malformed-time`, `no-rows`, and what the reader throws.
  package func run(
    _ reader: inout CSVReader, each: (String, Double) throws(CordonError) -> Void
  ) throws(CordonError) -> Summary {
    let timeField = try reader.position(of: time, in: file)
    var fields: [Int] = []
    for value in values { fields.append(try reader.position(of: value, in: file)) }
    var detectors = values.map { _ in StreamDetector() }
    var summary = Summary()
    while try reader.next() {
      let moment = try LabTime.moment(in: reader, field: timeField)
      var score = 0.0
      for (index, field) in fields.enumerated() {
        let value = reader.number(field) ?? .nan
        if !value.isFinite { summary.skipped += 1 }
        score = max(score, detectors[index].score(value, at: moment))
      }
      summary.rows += 1
      if score > 0 { summary.raised += 1 }
      try each(reader.string(timeField), score)
    }
    guard summary.rows > 0 else {
      throw CordonError(.invalid, "no-rows", "\(file) has no rows after its header.")
    }
    return summary
  }
}
