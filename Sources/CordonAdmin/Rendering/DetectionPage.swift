import CordonCore
import CordonPolicy
import CordonWire

/// Detections as a table, and one explained.
enum DetectionPage {
  static func list(_ detections: [Cordon_V1_StoredDetection]) -> Report {
    var table = Table(
      ["ID", "TIME", "KIND", "SEVERITY", "P", "AGENT", "RULE", "TECHNIQUE", "LABEL", "SUMMARY"],
      empty: "No detections.")
    for stored in detections {
      let detection = stored.detection
      table.add([
        EntityText.shortID(detection.id), TimeText.iso(Timestamp(milliseconds: detection.eventMs)),
        kind(detection.kind), FindingText.name(detection.severity), RarityText.short(stored.hasP ? stored.p : nil),
        agent(stored), detection.rule, detection.technique.isEmpty ? "-" : detection.technique,
        stored.label.isEmpty ? "-" : stored.label, detection.summary,
      ])
    }
    return Report(text: table.rendered, json: .list(detections.map(json)))
  }

  static func page(_ stored: Cordon_V1_StoredDetection, at now: Timestamp) -> Report {
    let detection = stored.detection
    let happened = Timestamp(milliseconds: detection.eventMs)
    var text = Table.plain(detection.summary) + "\n\n"
    var sheet = FactSheet()
    sheet.add("detection", EntityText.id(detection.id))
    sheet.add("rule", detection.rule + (detection.technique.isEmpty ? "" : ", ATT&CK \(detection.technique)"))
    sheet.add("kind", kind(detection.kind))
    sheet.add("severity", FindingText.name(detection.severity))
    sheet.add("happened", "\(TimeText.iso(happened, milliseconds: true)), \(TimeText.relative(happened, to: now))")
    let delay = Timestamp(milliseconds: detection.raisedMs).since(happened)
    sheet.add("raised", "\(DurationText.format(delay)) later")
    sheet.add("agent", agent(stored) + " (\(stored.agentID))")
    sheet.add("incident", stored.incidentID.isEmpty ? "" : EntityText.id(stored.incidentID))
    if detection.hasProcess { sheet.add("process", EntityText.process(detection.process)) }
    for sealed in detection.entities {
      let note = sealed.sealedName.isEmpty ? "" : " (sealed)"
      sheet.add(sealed.part, EntityText.name(sealed.entity) + note)
    }
    if detection.score > 0 { sheet.add("score", PolicyField.text(Float(detection.score))) }
    if stored.hasP { sheet.add("p", RarityText.long(stored.p)) }
    if detection.folded > 0 { sheet.add("repeated", "\(detection.folded) more times") }
    sheet.add("label", stored.label.isEmpty ? "" : "\(stored.label), by \(stored.labelledBy)")
    text += sheet.rendered
    if !detection.evidence.isEmpty {
      text += "\nWhy:\n" + detection.evidence.map { "  \(evidence($0))\n" }.joined()
    }
    text += next(stored)
    return Report(text: text, json: json(stored))
  }

  /// `files written: 61 count, usually 0 to 3`.
  static func evidence(_ evidence: Cordon_V1_Evidence) -> String {
    let unit = evidence.unit.isEmpty || evidence.unit == "count" ? "" : " \(evidence.unit)"
    var text = "\(evidence.what): \(number(evidence.value))\(unit)"
    if evidence.hasUsualLow, evidence.hasUsualHigh {
      text += ", usually \(number(evidence.usualLow)) to \(number(evidence.usualHigh))"
    }
    // Rounded down: nothing that was measured is above everything.
    if evidence.hasPercentile { text += ", percentile \(number((evidence.percentile * 100).rounded(.down) / 100))" }
    return Table.plain(text)
  }

  static func json(_ stored: Cordon_V1_StoredDetection) -> JSONValue {
    let detection = stored.detection
    return .fields([
      "id": .text(EntityText.id(detection.id)), "kind": .text(kind(detection.kind)), "rule": .text(detection.rule),
      "technique": .optional(detection.technique), "severity": .text(FindingText.name(detection.severity)),
      "event_time": .time(detection.eventMs), "raised_at": .time(detection.raisedMs),
      "stored_at": .time(stored.storedMs), "summary": .text(detection.summary),
      "agent": .fields(["id": .text(stored.agentID), "label": .optional(stored.agentLabel)]),
      "incident": stored.incidentID.isEmpty ? .null : .text(EntityText.id(stored.incidentID)),
      "process": detection.hasProcess ? EntityText.json(detection.process) : .null,
      "entities": .list(detection.entities.map(EntityText.json)),
      "evidence": .list(detection.evidence.map(json)), "score": .number(detection.score),
      "p": stored.hasP ? .number(stored.p) : .null,
      "folded": .integer(Int64(detection.folded)), "label": .optional(stored.label),
      "labelled_by": .optional(stored.labelledBy),
    ])
  }

  private static func json(_ evidence: Cordon_V1_Evidence) -> JSONValue {
    .fields([
      "what": .text(evidence.what), "value": .number(evidence.value),
      "usual_low": evidence.hasUsualLow ? .number(evidence.usualLow) : .null,
      "usual_high": evidence.hasUsualHigh ? .number(evidence.usualHigh) : .null,
      "percentile": evidence.hasPercentile ? .number(evidence.percentile) : .null, "unit": .optional(evidence.unit),
      "feature": evidence.feature == 0 ? .null : .integer(Int64(evidence.feature)),
    ])
  }

  /// What an operator may do about it, as commands to copy.
  private static func next(_ stored: Cordon_V1_StoredDetection) -> String {
    let id = EntityText.shortID(stored.detection.id)
    var lines: [String] = []
    if stored.detection.hasProcess {
      lines.append("cordon command propose --detection \(id) --action suspend-process --reason …")
    }
    if stored.detection.entities.contains(where: { $0.entity.kind == .address }) {
      lines.append("cordon command propose --detection \(id) --action block-address --reason …")
    }
    if stored.label.isEmpty { lines.append("cordon detection label \(id) benign|malicious|expected") }
    return lines.isEmpty ? "" : "\nNext:\n" + lines.map { "  \($0)\n" }.joined()
  }

  private static func agent(_ stored: Cordon_V1_StoredDetection) -> String {
    stored.agentLabel.isEmpty ? String(stored.agentID.prefix(8)) : stored.agentLabel
  }

  private static func number(_ value: Double) -> String {
    guard value.isFinite, value.magnitude < 1e12 else { return "\(value)" }
    let hundredths = (value * 100).rounded() / 100
    return hundredths == hundredths.rounded() ? "\(Int(hundredths))" : "\(hundredths)"
  }

  private static func kind(_ kind: Cordon_V1_DetectionKind) -> String {
    switch kind {
    case .tripwire: "tripwire"
    case .behaviour: "behaviour"
    case .population: "population"
    case .silence: "silence"
    default: "unknown"
    }
  }
}
