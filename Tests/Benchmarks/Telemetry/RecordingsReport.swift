import CordonCore
import CordonTelemetry
import Foundation

/// Of recorded attacks and logs: what is read, what is passed over and why, and what flags each attack.
struct RecordingsReport {
  let logs: RecordedLogs
  let rules: ShippedRules

  var text: String {
    get throws { try shares() + "\n" + attacks() }
  }

  // MARK: Shares

  private func shares() throws -> String {
    var table = MarkdownTable("recorded logs", "lines", "observed", "of no interest", "damaged", "why the rest is not")
    func add<Subject: Sensor>(_ name: String, _ sensor: Subject, _ bytes: [UInt8]?, _ why: String) {
      guard let bytes, !bytes.isEmpty else { return }
      var parser = sensor.makeParser()
      var found: [Observation] = []
      for record in Subject.records(inReplay: bytes).records {
        parser.parse(record, arrived: .epoch, into: &found)
      }
      let counters = parser.counters
      let lines = Double(counters.records)
      let read = lines - Double(counters.ignored + counters.malformed)
      table.add(
        name, Show.count(lines), Show.finePercent(read / lines), Show.finePercent(Double(counters.ignored) / lines),
        Show.finePercent(Double(counters.malformed) / lines), why)
    }
    add(
      "Windows and Sysmon, attacks (OTRF)", WindowsSensor(), try logs.windowsAttacks().flatMap(\.bytes),
      "PowerShell's own logs, handles closed, tokens adjusted, log-ons of Windows' own accounts, inbound connections")
    add("Zeek, JSON (OTRF, APT29)", ZeekSensor(), logs.zeekLines, "logs of files, certificates, SMB, loaded scripts")
    add("Zeek, table (zeek-testing)", ZeekSensor(), logs.zeekTable, "-")
    add("Suricata, EVE alerts", SuricataSensor(), logs.suricataLines, "-")
    return table.text
  }

  // MARK: Attacks

  private func attacks() throws -> String {
    var table = MarkdownTable("recorded attack", "by tripwire", "by Sigma", "by behaviour", "by nothing")
    var flagged = 0
    let linux = try logs.linuxAttacks().map { ($0.name, try hits(AuditSensor(), $0.bytes)) }
    let windows = try logs.windowsAttacks().map { ($0.name, try hits(WindowsSensor(), $0.bytes)) }
    for (name, hits) in linux + windows {
      // The recorder's own doing before most recordings.
      let tripwires = hits.filter { rules.title(of: $0) == nil && $0 != TripwireRule.sensorTampering.name }
      let titles = hits.compactMap { rules.title(of: $0) }
      if !titles.isEmpty { flagged += 1 }
      table.add(
        name, tripwires.joined(separator: ", "), titles.joined(separator: "; "), "too short to learn from",
        tripwires.isEmpty && titles.isEmpty ? "×" : "")
    }
    let alerts = try alarms()
    return table.text + "\nFlagged by Sigma: \(flagged) of \(linux.count + windows.count). Logs were cleared by "
      + "the recorder before most recordings, which trips and is not counted here. Of \(alerts.all) recorded alerts of "
      + "Suricata's, \(alerts.grave) are grave enough for a tripwire.\n"
  }

  /// Names of rules that any event of a recording matched, each once.
  private func hits<Subject: Sensor>(_ sensor: Subject, _ bytes: [UInt8]) throws -> [String] {
    var tripwire = SigmaTripwire()
    try tripwire.use(rules.policy.sigma)
    var parser = sensor.makeParser()
    var found: [Observation] = []
    for record in Subject.records(inReplay: bytes).records { parser.parse(record, arrived: .epoch, into: &found) }
    parser.finish(into: &found)
    var names: [String] = []
    for observation in found {
      var hits = tripwire.examine(observation, userName: nil)
      if let hit = TamperingTripwire().examine(observation) { hits.append(hit) }
      for hit in hits where !names.contains(hit.rule.name) { names.append(hit.rule.name) }
    }
    return names
  }

  private func alarms() throws -> (all: Int, grave: Int) {
    guard let bytes = logs.suricataLines else { return (0, 0) }
    var parser = EVEParser()
    var found: [Observation] = []
    for record in SuricataSensor.records(inReplay: bytes).records {
      parser.parse(record, arrived: .epoch, into: &found)
    }
    return (found.count, found.count { AlertTripwire().examine($0) != nil })
  }
}
