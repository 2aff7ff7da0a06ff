import CordonCore

/// A detection as JSON; its id is a column.
struct DetectionBody: Codable {
  struct EvidenceBody: Codable {
    var feature: UInt32
    var what: String
    var value: Double
    var usualLow: Double?
    var usualHigh: Double?
    var percentile: Double?
    var unit: String
  }

  var kind: UInt8
  var rule: String
  var technique: String
  var severity: UInt8
  var event: Int64
  var raised: Int64
  var summary: String
  var entities: [EntityBody]
  var process: ProcessBody?
  var evidence: [EvidenceBody]
  var score: Double
  var folded: UInt32

  init(_ detection: Detection) {
    kind = detection.kind.rawValue
    rule = detection.rule
    technique = detection.technique
    severity = detection.severity.rawValue
    event = detection.eventTime.milliseconds
    raised = detection.raisedAt.milliseconds
    summary = detection.summary
    entities = detection.entities.map(EntityBody.init)
    process = detection.process.map(ProcessBody.init)
    evidence = detection.evidence.map {
      EvidenceBody(
        feature: $0.feature, what: $0.what, value: $0.value, usualLow: $0.usual?.lowerBound,
        usualHigh: $0.usual?.upperBound, percentile: $0.percentile, unit: $0.unit)
    }
    score = detection.score
    folded = detection.folded
  }

  func domain(id: UniqueID) throws(CordonError) -> Detection {
    guard let kind = Detection.Kind(rawValue: kind), let severity = Severity(rawValue: severity) else {
      throw StoreFailure.badRow("detections", "body")
    }
    var sealed: [SealedEntity] = []
    for entity in entities { sealed.append(try entity.domain()) }
    var measured: [Detection.Evidence] = []
    for item in evidence {
      var usual: ClosedRange<Double>?
      if let low = item.usualLow, let high = item.usualHigh {
        guard low <= high else { throw StoreFailure.badRow("detections", "body") }
        usual = low...high
      }
      measured.append(
        Detection.Evidence(
          feature: item.feature, what: item.what, value: item.value, usual: usual, percentile: item.percentile,
          unit: item.unit))
    }
    return Detection(
      id: id, kind: kind, rule: rule, technique: technique, severity: severity,
      eventTime: Timestamp(milliseconds: event), raisedAt: Timestamp(milliseconds: raised), summary: summary,
      entities: sealed, process: process?.domain, evidence: measured, score: score, folded: folded)
  }
}
