package import CordonCore
import CordonLearning

/// Which entity's windows hold what should be found.
package struct EntityLabels: Sendable {
  private struct Key: Hashable {
    var entity: String
    var window: Int64
  }

  private var bad: Set<Key> = []
  private let length: Int64
  /// Rows that say bad.
  package var count: Int { bad.count }

  /// No labels yet, for windows of a length in milliseconds.
  package init(length: Int64) { self.length = length }

  /// Whether a window that starts at a moment is labelled.
  package func isBad(_ entity: String, start: Timestamp) -> Bool {
    bad.contains(Key(entity: entity, window: start.milliseconds.flooredDivision(by: length)))
  }

  /// Reads labels: the mapping's entity column, a time column (the mapping's, or `date`), and one more column that says
  /// whether the window that holds the time is bad (not 0, `false`, `normal` or `benign`).
  ///
  /// Throws `absent-column`, `label-column` where it is not clear which column labels, and `malformed-time`.
  package init(
    _ reader: inout CSVReader, file: String, entity: String, time: String, length: Int64
  ) throws(CordonError) {
    self.init(length: length)
    let entityField = try reader.position(of: entity, in: file)
    let timeField = try reader.position(of: reader.header.contains(time) ? time : "date", in: file)
    let rest = reader.header.indices.filter { $0 != entityField && $0 != timeField }
    let named = rest.filter { ["label", "malicious"].contains(reader.header[$0].lowercased()) }
    guard let labelField = rest.count == 1 ? rest.first : named.count == 1 ? named.first : nil else {
      throw CordonError(
        .invalid, "label-column", "\(file) has no one column of labels beside \(entity) and its time.",
        remedy: "Name it `label`.")
    }
    while try reader.next() {
      let moment = try LabTime.moment(in: reader, field: timeField)
      guard !Self.goodWords.contains(reader.string(labelField).lowercased()) else { continue }
      bad.insert(Key(entity: reader.string(entityField), window: moment.milliseconds.flooredDivision(by: length)))
    }
  }

  private static let goodWords: Set<String> = ["", "0", "0.0", "false", "no", "normal", "benign"]
}
