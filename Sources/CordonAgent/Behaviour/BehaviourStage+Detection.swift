package import CordonCore
import CordonLearning

extension BehaviourStage.Finding {
  /// Stable name of the rule.
  package static let rule = "unusual-behaviour"
  /// A score of so many thresholds is pressing.
  private static let pressingFactor = 2.0

  /// The detection that an analyst reads; names nobody but the host, whose label is clear.
  package func detection(at now: Timestamp, randomness: inout some RandomNumberGenerator) -> Detection {
    // The first scale that is new leads: what goes on was told before.
    let lead = alerts.first { !$0.goesOn } ?? alerts[0]
    return Detection(
      id: UniqueID(at: now, randomness: &randomness), kind: .behaviour, rule: Self.rule, technique: "",
      severity: Self.severity(of: lead), eventTime: time, raisedAt: now,
      summary: BehaviourSentence.text(
        kind: entity.kind, scale: lead.scale, evidence: evidence, goesOn: lead.goesOn, tripwires: tripwires),
      entities: [SealedEntity(entity: entity, part: .host)], evidence: evidence, score: lead.score, folded: folded)
  }

  private static func severity(of alert: EntityWatch.Alert) -> Severity {
    if alert.goesOn { return .low }
    return alert.score >= pressingFactor * alert.threshold ? .high : .medium
  }
}
