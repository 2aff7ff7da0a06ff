import CordonCore
import CordonPolicy
import CordonWire

/// How the site is doing, in a page.
enum StatusPage {
  static func report(_ status: Cordon_V1_GetStatusResponse, at now: Timestamp) -> Report {
    var sheet = FactSheet()
    sheet.add("collector", "\(status.collectorID), version \(status.version)")
    sheet.add("started", TimeText.relative(Timestamp(milliseconds: status.startedMs), to: now))
    sheet.add("agents", "\(status.agentsConnected) connected of \(status.agentsEnrolled) enrolled")
    sheet.add(
      "stored", "\(status.windowsStored) windows, \(status.detectionsStored) detections, \(bytes(status.storeBytes))")
    if status.recordsRefused > 0 { sheet.add("refused", "\(status.recordsRefused) records; see cordon doctor") }
    sheet.add("incidents", "\(status.incidentsOpen) open")
    sheet.add("containment", "\(status.commandsHeld) held")
    sheet.add("policy", status.policySerial == 0 ? "none: agents observe only" : "serial \(status.policySerial)")
    sheet.add("roster", "serial \(status.rosterSerial)")
    sheet.add("ledger", "\(status.ledgerSize) entries")
    for line in status.learning { sheet.add(line.schema, learning(line, at: now)) }
    var text = sheet.rendered
    if !status.findings.isEmpty { text += "\n" + status.findings.map { FindingText.lines($0) }.joined() }
    return Report(text: text, json: json(status))
  }

  /// What behaviour did against its budget, and until when it learns.
  static func learning(_ line: Cordon_V1_LearningStatus, at now: Timestamp) -> String {
    func number(_ value: Double) -> String { PolicyField.text(Float((value * 100).rounded() / 100)) }
    let judge = line.model.isEmpty ? "baselines alone" : "model \(line.model.prefix(8))"
    let rate = line.days > 0 ? Double(line.alerts) / line.days : 0
    var text =
      "\(judge), \(line.entities) entities; \(number(rate)) alerts a day (95 % of \(number(line.low)) to "
      + "\(number(line.high))), budget \(number(line.budget))"
    guard !line.silentScales.isEmpty else { return text }
    text += "; learning at \(line.silentScales.joined(separator: ", "))"
    if line.learningUntilMs > 0 { text += " until \(TimeText.iso(Timestamp(milliseconds: line.learningUntilMs)))" }
    if line.hasLeastBudget { text += " (a site's budget of \(number(line.leastBudget)) a day would do now)" }
    return text
  }

  /// `1.5 GB`, in powers of ten.
  static func bytes(_ count: UInt64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB"]
    var rest = Double(count)
    var unit = 0
    while rest >= 1000, unit < units.count - 1 {
      rest /= 1000
      unit += 1
    }
    guard unit > 0 else { return "\(count) B" }
    let tenths = Int((rest * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }

  private static func json(_ status: Cordon_V1_GetStatusResponse) -> JSONValue {
    .fields([
      "collector": .text(status.collectorID), "version": .text(status.version),
      "server_time": .time(status.serverTimeMs), "started": .time(status.startedMs),
      "agents_enrolled": .unsigned(status.agentsEnrolled), "agents_connected": .unsigned(status.agentsConnected),
      "windows_stored": .unsigned(status.windowsStored), "detections_stored": .unsigned(status.detectionsStored),
      "records_refused": .unsigned(status.recordsRefused), "store_bytes": .unsigned(status.storeBytes),
      "incidents_open": .unsigned(status.incidentsOpen), "commands_held": .unsigned(status.commandsHeld),
      "roster_serial": .unsigned(status.rosterSerial), "policy_serial": .unsigned(status.policySerial),
      "ledger_size": .unsigned(status.ledgerSize), "checkpoint": .optional(status.checkpoint),
      "learning": .list(status.learning.map(json)), "findings": .list(status.findings.map(FindingText.json)),
    ])
  }
}

extension StatusPage {
  private static func json(_ line: Cordon_V1_LearningStatus) -> JSONValue {
    .fields([
      "schema": .text(line.schema), "model": .optional(line.model), "entities": .unsigned(line.entities),
      "budget": .number(line.budget), "alerts": .unsigned(line.alerts), "days": .number(line.days),
      "low": .number(line.low), "high": .number(line.high),
      "silent_scales": .list(line.silentScales.map { .text($0) }), "learning_until": .time(line.learningUntilMs),
      "least_budget": line.hasLeastBudget ? .number(line.leastBudget) : .null,
    ])
  }
}

/// Something wrong with an installation, and what to do.
enum FindingText {
  static func lines(_ finding: Cordon_V1_Finding) -> String {
    var text = "\(name(finding.severity)): \(Table.plain(finding.message)) [\(Table.plain(finding.code))]\n"
    if !finding.remedy.isEmpty { text += "  → \(Table.plain(finding.remedy))\n" }
    return text
  }

  static func json(_ finding: Cordon_V1_Finding) -> JSONValue {
    .fields([
      "severity": .text(name(finding.severity)), "code": .text(finding.code), "message": .text(finding.message),
      "remedy": .optional(finding.remedy),
    ])
  }

  static func name(_ severity: Cordon_V1_Severity) -> String {
    switch severity {
    case .low: "low"
    case .medium: "medium"
    case .high: "high"
    case .critical: "critical"
    default: "unknown"
    }
  }
}
