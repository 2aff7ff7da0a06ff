import CordonCore
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
    var text = sheet.rendered
    if !status.findings.isEmpty { text += "\n" + status.findings.map { FindingText.lines($0) }.joined() }
    return Report(text: text, json: json(status))
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
      "findings": .list(status.findings.map(FindingText.json)),
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
