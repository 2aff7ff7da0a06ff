package import CordonCore
import FoundationEssentials

extension Cordon_V1_Detection {
  package init(_ detection: Detection) {
    self.init()
    id = Data(detection.id.bytes)
    kind = Cordon_V1_DetectionKind(rawValue: Int(detection.kind.rawValue)) ?? .unspecified
    rule = detection.rule
    technique = detection.technique
    severity = Cordon_V1_Severity(rawValue: Int(detection.severity.rawValue)) ?? .unspecified
    eventMs = detection.eventTime.milliseconds
    raisedMs = detection.raisedAt.milliseconds
    summary = detection.summary
    entities = detection.entities.map { Cordon_V1_SealedEntity($0) }
    if let process = detection.process { self.process = Cordon_V1_ProcessRef(process) }
    evidence = detection.evidence.map { Cordon_V1_Evidence($0) }
    score = detection.score
    folded = detection.folded
  }

  package func domain() throws(CordonError) -> Detection {
    var entities: [SealedEntity] = []
    for entity in try Bounded.list(self.entities, "entities", most: WireLimits.entities) {
      entities.append(try entity.domain())
    }
    var evidence: [Detection.Evidence] = []
    for item in try Bounded.list(self.evidence, "evidence", most: WireLimits.evidence) {
      evidence.append(try item.domain())
    }
    return Detection(
      id: try Bounded.id(id, "detection id"), kind: try Bounded.known(kind.rawValue, as: Detection.Kind.self, "kind"),
      rule: try Bounded.text(rule, "rule"), technique: try Bounded.text(technique, "technique"),
      severity: try Bounded.known(severity.rawValue, as: Severity.self, "severity"),
      eventTime: try Bounded.time(eventMs, "event time"), raisedAt: try Bounded.time(raisedMs, "raised time"),
      summary: try Bounded.text(summary, "summary", most: WireLimits.sentence), entities: entities,
      process: hasProcess ? try process.domain() : nil, evidence: evidence,
      score: try Bounded.finite(score, "score"), folded: folded)
  }
}

extension Cordon_V1_Evidence {
  package init(_ evidence: Detection.Evidence) {
    self.init()
    feature = evidence.feature
    what = evidence.what
    value = evidence.value
    if let usual = evidence.usual {
      usualLow = usual.lowerBound
      usualHigh = usual.upperBound
    }
    if let percentile = evidence.percentile { self.percentile = percentile }
    unit = evidence.unit
  }

  package func domain() throws(CordonError) -> Detection.Evidence {
    var usual: ClosedRange<Double>?
    if hasUsualLow, hasUsualHigh {
      guard usualLow <= usualHigh, usualLow.isFinite, usualHigh.isFinite else {
        throw CordonError(.invalid, "out-of-range", "A usual range of the evidence is upside down or not finite.")
      }
      usual = usualLow...usualHigh
    }
    guard !hasPercentile || (0...100).contains(percentile) else {
      throw CordonError(.invalid, "out-of-range", "A percentile of the evidence is not between 0 and 100.")
    }
    return Detection.Evidence(
      feature: feature, what: try Bounded.text(what, "evidence"), value: try Bounded.finite(value, "evidence value"),
      usual: usual, percentile: hasPercentile ? percentile : nil, unit: try Bounded.text(unit, "evidence unit"))
  }
}
