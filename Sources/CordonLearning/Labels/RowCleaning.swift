/// Rows that nothing should be learned from, found by named rules, reported and taken out.
///
/// A row is taken out by the first rule that it breaks, and counted there; what is kept keeps its order. Cost: a pass and
/// a hash a row; memory: a copy of each row kept.
package struct RowCleaning: Hashable, Sendable {
  /// Why a row is taken out; raw values are stable, kebab-case.
  package enum Rule: String, CaseIterable, Sendable {
    /// All but a few of the row's values are missing.
    case gap = "gap"
    /// A value lies outside what its feature can be.
    case impossible = "impossible-value"
    /// The very same values were there before.
    case duplicate = "duplicate"
  }

  /// A row that was taken out.
  package struct Finding: Hashable, Sendable {
    package let row: Int
    package let rule: Rule
    /// The feature that broke the rule; nil where the row as a whole did.
    package let feature: Int?

    package init(row: Int, rule: Rule, feature: Int?) {
      self.row = row
      self.rule = rule
      self.feature = feature
    }
  }

  package let findings: [Finding]
  /// Rows that are kept, ascending.
  package let kept: [Int]

  /// Most of a row's values that may be missing, as a share.
  package static let missingShare = 0.5

  /// - Parameters:
  ///   - possible: what each feature can be, inclusive; nil for anything finite.
  ///   - takesDuplicates: false where the same row may well come twice, as with counts in short windows.
  ///   - repeats: rows that were there before, by whoever knows more of them than these values; nil: by the values.
  package init(
    _ matrix: FeatureMatrix, possible: [ClosedRange<Float>?], takesDuplicates: Bool = true, repeats: Set<Int>? = nil
  ) {
    precondition(possible.count == matrix.columns, "one range a feature")
    var findings: [Finding] = []
    var kept: [Int] = []
    var seen: Set<[UInt32]> = []
    for row in 0..<matrix.rows {
      let values = matrix[row]
      if let finding = Self.breach(values, row: row, possible) {
        findings.append(finding)
      } else if takesDuplicates,
        repeats?.contains(row)
          ?? !seen.insert(values.map { $0.isNaN ? Float.nan.bitPattern : ($0 + 0).bitPattern }).inserted
      {
        findings.append(Finding(row: row, rule: .duplicate, feature: nil))
      } else {
        kept.append(row)
      }
    }
    self.findings = findings
    self.kept = kept
  }

  /// Rows taken out by each rule.
  package func count(_ rule: Rule) -> Int { findings.reduce(0) { $0 + ($1.rule == rule ? 1 : 0) } }

  private static func breach(
    _ values: ArraySlice<Float>, row: Int, _ possible: [ClosedRange<Float>?]
  ) -> Finding? {
    let missing = values.reduce(0) { $0 + ($1.isNaN ? 1 : 0) }
    guard Double(missing) <= missingShare * Double(values.count) else {
      return Finding(row: row, rule: .gap, feature: nil)
    }
    for (feature, value) in values.enumerated() where !value.isNaN {
      let isPossible = possible[feature].map { $0.contains(value) } ?? value.isFinite
      if !isPossible { return Finding(row: row, rule: .impossible, feature: feature) }
    }
    return nil
  }
}
