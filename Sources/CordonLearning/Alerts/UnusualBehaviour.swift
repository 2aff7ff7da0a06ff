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
  private static let modelScore = "score by the fleet's model"

  /// One detection for all scales that alert at one window; the shortest that is new leads. Nil for no alerts.
  ///
  /// - Parameters:
  ///   - entity: whose behaviour it is, with its name sealed where the maker can.
  ///   - score: what `EntityWatch` made of the window.
  ///   - tripwires: rules that fired in the same window.
  ///   - folded: alerts over the day's cap that are told with this one.
  package static func detection(
    _ alerts: [EntityWatch.Alert], id: UniqueID, entity: SealedEntity, window: EntityWindow, schema: FeatureSchema,
    score: WindowScore, tripwires: [String] = [], folded: UInt32 = 0, raisedAt: Timestamp
  ) -> Detection? {
    let ranked = alerts.sorted { ($0.goesOn ? 1 : 0, $0.scale.rawValue) < ($1.goesOn ? 1 : 0, $1.scale.rawValue) }
    guard let lead = ranked.first else { return nil }
    let features = score.evidence(values: window.features, schema: schema, limit: featureLimit)
    let isHigh = alerts.contains { $0.score >= highFactor * $0.threshold }
    return Detection(
      id: id, kind: .behaviour, rule: lead.goesOn ? continuedRule : rule, technique: "",
      severity: lead.goesOn ? .low : isHigh ? .high : .medium, eventTime: window.start, raisedAt: raisedAt,
      summary: BehaviourSentence.text(
        kind: schema.entity, scale: lead.scale, evidence: features, isByModel: score.modelScore != nil,
        goesOn: lead.goesOn, tripwires: tripwires),
      entities: [entity], evidence: features + ranked.map(evidence) + carrier(score), score: lead.score,
      folded: folded)
  }

  /// The scale that a detection of this rule alerted at; nil where it names none.
  package static func scale(of detection: Detection) -> Scale? {
    detection.evidence.lazy.filter { $0.feature == 0 }.compactMap { evidence in
      Scale.allCases.first { evidence.what == name(of: $0) }
    }.first
  }

  /// The schema whose windows a detection is of: that of its features, or where it names none the first of its entity's
  /// kind.
  package static func schema(of detection: Detection) -> FeatureSchema? {
    let named = detection.evidence.lazy.compactMap { evidence in
      evidence.feature == 0 ? nil : FeatureSchema.all.first { $0.index(of: evidence.feature) != nil }
    }.first
    return named ?? FeatureSchema.all.first { $0.entity == detection.entities.first?.entity.kind }
  }

  private static func evidence(_ alert: EntityWatch.Alert) -> Detection.Evidence {
    Detection.Evidence(what: name(of: alert.scale), value: alert.score, usual: 0...alert.threshold, unit: scoreUnit)
  }

  /// Says that the model and not the entity's own past carries the score, where it is so.
  private static func carrier(_ score: WindowScore) -> [Detection.Evidence] {
    guard let found = score.modelScore else { return [] }
    let own = WindowScore.joined(score.residuals.lazy.map(\.surprise))
    return [
      Detection.Evidence(what: modelScore, value: found, unit: scoreUnit),
      Detection.Evidence(what: "score by its own past", value: own, unit: scoreUnit),
    ]
  }

  private static func name(of scale: Scale) -> String { "score over \(scale.name)" }
}
