package import CordonCore

/// Moments as data files hold them.
package enum LabTime {
  /// From a date, a date with a time of day (see `DateText`), or seconds since 1970 as a number; nil for another text.
  package static func moment(_ text: String) -> Timestamp? {
    if let days = DateText.number(text), text.contains(where: { $0 == "-" || $0 == "/" }) {
      return Timestamp(milliseconds: Int64((days * 86_400_000).rounded()))
    }
    guard let seconds = Double(text), seconds.isFinite, abs(seconds) < 1e12 else { return nil }
    return Timestamp(milliseconds: Int64((seconds * 1000).rounded()))
  }

  /// The moment in a field of the current record; throws `malformed-time`.
  package static func moment(in reader: borrowing CSVReader, field: Int) throws(CordonError) -> Timestamp {
    guard let moment = moment(reader.string(field)) else {
      throw reader.failure(
        field: field, "`\(reader.string(field).prefix(40))` is no time", code: "malformed-time",
        remedy: "Write times as 2026-01-31 14:05:00, or as seconds since 1970.")
    }
    return moment
  }
}

extension CSVReader {
  /// Position of a column; throws `absent-column` with the names that are there.
  package borrowing func position(of name: String, in file: String) throws(CordonError) -> Int {
    guard let position = header.firstIndex(of: name) else {
      throw CordonError(
        .invalid, "absent-column",
        "\(file) has no column \(name); it has \(header.prefix(12).joined(separator: ", ")).")
    }
    return position
  }
}
