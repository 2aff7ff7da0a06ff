package import CordonCore

/// Makes a detection of a window at which scales alert: the same words from an agent and from the collector.
package enum UnusualBehaviour {
  /// Stable name of the rule.
  package static let rule = "unusual-behaviour"
  /// A further day of an episode that was alerted already: no alert of its own.
  package static let continuedRule = "unusual-behaviour-continues"
  /// Times its threshold from which a score is of high severity.
  package static let highFactor = 2.0
  /// Features that the sentence names; the evidence holds them too.
  package static let featureLimit = 3
  static let scoreUnit = "nats"

  /// One detection for all scales that alert at one window; the shortest that is new leads. Nil for no alerts.
  ///
  /// - Parameters:
  ///   - entity: whose behaviour it is, with its name sealed where the maker can.
  ///   - score: what `EntityScorer` made of the window.
  package static func detection(
    _ alerts: [EntityWatch.Alert], id: UniqueID, entity: SealedEntity, window: EntityWindow, schema: FeatureSchema,
    score: WindowScore, raisedAt: Timestamp
  ) -> Detection? {
    let ranked = alerts.sorted { ($0.goesOn ? 1 : 0, $0.scale.rawValue) < ($1.goesOn ? 1 : 0, $1.scale.rawValue) }
    guard let lead = ranked.first else { return nil }
    let features = score.evidence(values: window.features, schema: schema, limit: featureLimit)
    let isHigh = alerts.contains { $0.score >= highFactor * $0.threshold }
    return Detection(
      id: id, kind: .behaviour, rule: lead.goesOn ? continuedRule : rule, technique: "",
      severity: lead.goesOn ? .low : isHigh ? .high : .medium, eventTime: window.start, raisedAt: raisedAt,
      summary: BehaviourSentence.text(
        kind: schema.entity, scale: lead.scale, evidence: features, goesOn: lead.goesOn),
      entities: [entity], evidence: features + ranked.map(evidence), score: lead.score)
  }

  /// The scale that a detection of this rule alerted at; nil where it names none.
  package static func scale(of detection: Detection) -> Scale? {
    detection.evidence.lazy.filter { $0.feature == 0 }.compactMap { evidence in
      Scale.allCases.first { evidence.what == name(of: $0) }
    }.first
  }

  private static func evidence(_ alert: EntityWatch.Alert) -> Detection.Evidence {
    Detection.Evidence(what: name(of: alert.scale), value: alert.score, usual: 0...alert.threshold, unit: scoreUnit)
  }

  private static func name(of scale: Scale) -> String { "score over \(scale.name)" }
}
