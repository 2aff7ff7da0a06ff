package import CordonCore
package import CordonLearning

/// A window that behaviour alerted at, or in which a tripwire or a Sigma rule fired, with what is said of it.
package struct LabelledWindow: Sendable {
  /// Rules of thumb that vote; raw values are shown.
  package enum Rule: String, CaseIterable, Sendable {
    /// A tripwire of the same agent within an hour: bad.
    case tripwireBeside = "tripwire-beside"
    /// A Sigma rule that matched at the same agent within an hour: bad, and a voice of its own, for rules are often wrong.
    case sigmaBeside = "sigma-beside"
    /// Part of a change that many show: good.
    case population = "population"
    /// p below 0.001: bad; above 0.02: good.
    case rarity = "rarity"
    /// What analysts said of others of its incident, where they agree.
    case verdictBeside = "verdict-beside"
  }

  package var stored: StoredDetection
  package var window: EntityWindow
  /// By rule; a rule that abstains is not here.
  package var votes: [Rule: WeakLabels.Vote]
  /// P(bad) by the votes alone.
  package var weakLabel: Double
  /// From 1 on: the order in which an analyst's verdict would teach most; nil: no need to ask.
  package var ask: Int?

  static let rare = 0.001
  static let common = 0.02
  static let beside: Duration = .seconds(3600)

  /// What the rules say of a detection.
  ///
  /// - Parameters:
  ///   - tripwires: of the same agent, Sigma's among them; those of low severity are findings and no sign.
  ///   - incident: the other detections of its incident.
  static func votes(
    on stored: StoredDetection, tripwires: [StoredDetection], incident: [StoredDetection]
  ) -> [Rule: WeakLabels.Vote] {
    var votes: [Rule: WeakLabels.Vote] = [:]
    let time = stored.detection.eventTime
    let own = stored.detection.kind == .tripwire ? [stored] : []
    for tripwire in (tripwires + own).map(\.detection)
    where tripwire.severity > .low && abs(tripwire.eventTime.since(time).milliseconds) <= beside.milliseconds {
      votes[tripwire.rule.hasPrefix(SigmaRule.detectionPrefix) ? .sigmaBeside : .tripwireBeside] = .bad
    }
    if incident.contains(where: { $0.detection.kind == .population }) { votes[.population] = .good }
    if let p = stored.p, p < rare { votes[.rarity] = .bad }
    if let p = stored.p, p > common { votes[.rarity] = .good }
    let verdicts = Set(incident.compactMap { $0.verdict.flatMap { DetectionLabel(rawValue: $0.label) } })
    if verdicts == [.malicious] { votes[.verdictBeside] = .bad }
    if !verdicts.isEmpty, !verdicts.contains(.malicious) { votes[.verdictBeside] = .good }
    return votes
  }
}
