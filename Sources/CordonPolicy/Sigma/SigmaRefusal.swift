package import CordonCore

/// Why a Sigma rule cannot be used, with the place in its file.
package struct SigmaRefusal: Error, Hashable, Sendable {
  /// What refusals are grouped by.
  package enum Reason: String, Sendable, CaseIterable {
    /// Not YAML, or not a Sigma rule.
    case malformed = "malformed"
    /// About records that Cordon does not read.
    case logSource = "log source"
    /// Asks for a field that Cordon's observations do not have.
    case field = "field"
    /// Searches whole log lines for words.
    case keywords = "keywords"
    case modifier = "modifier"
    case condition = "condition"
    /// Counts or orders events: `timeframe`, `count()`, `near`.
    case aggregation = "aggregation"
    case expression = "regular expression"
    /// Past a bound.
    case size = "size"
  }

  package var reason: Reason
  /// What exactly, for counting: the field's, the modifier's or the log source's name; else empty.
  package var subject: String
  package var problem: PolicyProblem
}

/// What a file of Sigma rules turned out to be.
package enum SigmaVerdict: Hashable, Sendable {
  case compiled(SigmaRule)
  case refused(SigmaRefusal)
}
