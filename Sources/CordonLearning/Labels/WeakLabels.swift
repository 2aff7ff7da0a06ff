import Glibc

/// Labels from rules of thumb that often agree and sometimes err, weighed by how well each agrees with the others.
///
/// The one-coin model of Dawid and Skene (1979), as Snorkel uses it for labelling functions (Ratner et al. 2017): each rule
/// has an accuracy, errs independently of the others, and may abstain; expectation and maximisation in turns find
/// accuracies and labels that fit the votes best. Rules that copy each other count twice: give one of them. Cost:
/// rounds × rows × rules; memory: a byte a vote.
package struct WeakLabels: Hashable, Sendable {
  /// What one rule says of one row.
  package enum Vote: Int8, Sendable {
    case good = -1
    case abstains = 0
    case bad = 1
  }

  /// P(the rule is right | it votes), one a rule; in `accuracyBounds`.
  package let accuracies: [Double]
  /// Share of bad rows; between 1 / (rows + 2) and its complement.
  package let badShare: Double
  /// P(bad), one a row; the share of bad rows where every rule abstains.
  package let probabilities: [Double]

  /// No rule is believed to be always right, or worse than chance: the votes alone cannot tell a bad rule from a good one.
  package static let accuracyBounds = 0.5...0.99
  private static let rounds = 100
  private static let startingAccuracy = 0.7

  /// Weighs votes, one array a rule with one vote a row.
  package init(votes: [[Vote]]) {
    let rows = votes.first?.count ?? 0
    precondition(votes.allSatisfy { $0.count == rows }, "every rule votes on every row or abstains")
    var accuracies = votes.map { _ in Self.startingAccuracy }
    var share = Self.startingShare(votes, rows: rows)
    var probabilities = Self.expected(votes, rows: rows, accuracies, share)
    for _ in 0..<Self.rounds {
      let before = probabilities
      accuracies = votes.map { Self.accuracy($0, probabilities) }
      let bad = probabilities.reduce(0, +)
      share = (bad + 1) / Double(rows + 2)
      probabilities = Self.expected(votes, rows: rows, accuracies, share)
      guard zip(before, probabilities).contains(where: { abs($0 - $1) > 1e-9 }) else { break }
    }
    self.accuracies = accuracies
    self.badShare = share
    self.probabilities = probabilities
  }

  /// The share of bad votes among all that are no abstention.
  private static func startingShare(_ votes: [[Vote]], rows: Int) -> Double {
    let cast = votes.joined().filter { $0 != .abstains }
    let bad = cast.reduce(0) { $0 + ($1 == .bad ? 1 : 0) }
    return (Double(bad) + 1) / (Double(cast.count) + 2)
  }

  private static func expected(_ votes: [[Vote]], rows: Int, _ accuracies: [Double], _ share: Double) -> [Double] {
    (0..<rows).map { row in
      var logit = log(share / (1 - share))
      for (rule, accuracy) in accuracies.enumerated() {
        logit += Double(votes[rule][row].rawValue) * log(accuracy / (1 - accuracy))
      }
      return 1 / (1 + exp(-logit))
    }
  }

  /// With one right and one wrong vote more, so that few votes prove little.
  private static func accuracy(_ votes: [Vote], _ probabilities: [Double]) -> Double {
    var (right, cast) = (1.0, 2.0)
    for (vote, probability) in zip(votes, probabilities) where vote != .abstains {
      right += vote == .bad ? probability : 1 - probability
      cast += 1
    }
    return min(max(right / cast, accuracyBounds.lowerBound), accuracyBounds.upperBound)
  }
}
