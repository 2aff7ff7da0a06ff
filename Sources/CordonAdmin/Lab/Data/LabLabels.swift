import CordonCore

/// What a label column says: true is what should be found.
enum LabLabels {
  private static let goodWords: Set<String> = [
    "0", "false", "no", "n", "normal", "benign", "good", "inlier", "ok", "legitimate", "background",
  ]

  /// One a row. 0 and words such as `normal` or `benign` are good, everything else is bad.
  ///
  /// Refuses an absent column, a row without a label, and words none of which says that a row is good.
  static func read(_ name: String, of table: LabTable) throws(CordonError) -> [Bool] {
    guard let column = table.column(name) else {
      throw CordonError(
        .invalid, "absent-label",
        "\(table.source) has no column \(name); it has \(table.columns.map(\.name).prefix(12).joined(separator: ", ")).",
        remedy: "Name the column of labels with --label.")
    }
    let words = column.words
    if let row = words.codes.firstIndex(of: -1) {
      throw CordonError(
        .invalid, "missing-label", "\(table.source): row \(row + 1) has no label in the column \(name).",
        remedy: "Label every row, or leave out the rows without one.")
    }
    let isGood = words.words.map { goodWords.contains($0.lowercased()) }
    guard isGood.contains(true) || words.words.allSatisfy({ Double($0) != nil }) else {
      throw CordonError(
        .invalid, "label-words",
        "\(table.source): none of the labels \(words.words.prefix(6).joined(separator: ", ")) says that a row is good.",
        remedy: "Label good rows 0, normal or benign.")
    }
    return words.codes.map { !isGood[Int($0)] }
  }
}
