package import CordonCore

/// Decides which hits become detections: repetitions are folded, and each rule has its daily cap.
///
/// A hit with the identity of one raised within its rule's `foldFor` is folded into the next that is raised. A rule that has raised
/// the cap's number today raises one more at most every `pastCap`, whatever the process, so that no flood hides what
/// comes after it. Days are UTC's. Nothing is lost silently: the folded are counted and told with the next detection.
package struct TripwireLane: Sendable {
  package static let pastCap = Duration.seconds(600)
  /// Identities remembered, in each of two generations.
  package static let identityLimit = 1024
  /// Rules counted, in each of two generations; more than a policy has.
  package static let ruleLimit = 2 * SigmaRule.mostRules

  package enum Verdict: Hashable, Sendable {
    /// Becomes a detection, which tells how many were folded since the last.
    case raise(folded: UInt32)
    case fold
  }

  private struct Identity: Hashable, Sendable {
    var rule: TripwireRule
    var text: String
  }

  private struct Rule: Sendable {
    var day: Int64 = .min
    var raised: UInt32 = 0
    var folded: UInt32 = 0
    var last = Timestamp.epoch
  }

  /// Folded since the lane was made.
  package private(set) var folded: UInt64 = 0
  private var rules = GenerationCache<TripwireRule, Rule>(limit: ruleLimit)
  private var recent = GenerationCache<Identity, Timestamp>(limit: identityLimit)

  package init() {}

  package mutating func judge(_ hit: TripwireHit, cap: UInt32, now: Timestamp) -> Verdict {
    var rule = rules[hit.rule.capped] ?? Rule()
    defer { rules[hit.rule.capped] = rule }
    let day = now.milliseconds / 86_400_000
    if rule.day != day { (rule.day, rule.raised) = (day, 0) }
    let identity = Identity(rule: hit.rule, text: hit.identity)
    let isRepetition = recent[identity].map { Self.isWithin($0, now, hit.rule.foldFor) } ?? false
    let isPastCap = rule.raised >= cap && Self.isWithin(rule.last, now, Self.pastCap)
    guard !isRepetition, !isPastCap else {
      rule.folded &+= 1
      folded += 1
      return .fold
    }
    recent[identity] = now
    rule.raised += 1
    rule.last = now
    defer { rule.folded = 0 }
    return .raise(folded: rule.folded)
  }

  private static func isWithin(_ earlier: Timestamp, _ now: Timestamp, _ span: Duration) -> Bool {
    now >= earlier && now.since(earlier) < span
  }
}
