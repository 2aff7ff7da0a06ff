import CordonCore
import CordonTelemetry
import Foundation

/// One row of the table of `cordon-bench telemetry`: a sensor, records for it, and a peer that reads the same.
///
/// A new source is one more row in `all`.
struct TelemetryRow: Sendable {
  /// What is read, for people.
  var name: String
  /// Records a second and core that the site needs; 0 where only the peers count.
  var aim: Double
  /// A recording; nil where the machine does not have it.
  var recording: @Sendable (RecordedLogs) throws -> [UInt8]?
  /// Reads records with a parser of the sensor's own as often as said, under a policy; returns what became of them, and the processor
  /// time a record.
  var measure: @Sendable ([UInt8], Int, Policy) -> (counters: ParserCounters, nanoseconds: Double)
  /// Fields that the peers read, `/` between nested names; empty where the lines are no JSON.
  var peerFields: [String]

  init<Subject: Sensor>(
    _ name: String, _ sensor: Subject, aim: Double = 0, peerFields: [String] = [],
    recording: @escaping @Sendable (RecordedLogs) throws -> [UInt8]?
  ) {
    self.name = name
    self.aim = aim
    self.recording = recording
    self.peerFields = peerFields
    measure = { bytes, rounds, policy in Self.measure(sensor, bytes, rounds, policy) }
  }

  static let all: [TelemetryRow] = [
    TelemetryRow(
      "Zeek, JSON lines", ZeekSensor(),
      peerFields: [
        "@stream", "ts", "duration", "id_orig_h", "id_resp_h", "id_resp_p", "proto", "conn_state", "orig_ip_bytes",
        "resp_ip_bytes", "query", "version",
      ]
    ) { $0.zeekLines },
    TelemetryRow("Zeek, table of connections", ZeekSensor()) { $0.zeekTable },
    TelemetryRow(
      "Suricata, EVE alerts", SuricataSensor(),
      peerFields: [
        "timestamp", "event_type", "src_ip", "src_port", "dest_ip", "dest_port", "proto", "alert/signature_id",
        "alert/category", "alert/severity",
      ]
    ) { $0.suricataLines },
    TelemetryRow(
      "Windows' event logs, JSON lines", WindowsSensor(),
      peerFields: [
        "EventID", "Channel", "Hostname", "@timestamp", "Image", "CommandLine", "User", "TargetObject", "SourceImage",
        "TargetImage",
      ]
    ) { try $0.windowsAttacks().flatMap(\.bytes) },
    TelemetryRow("kernel audit, attacks on Linux", AuditSensor(), aim: 300_000) {
      try $0.linuxAttacks().flatMap(\.bytes)
    },
    TelemetryRow("sshd's log under attack", AuthSensor(), aim: 200_000) { $0.sshLines },
    TelemetryRow(
      "the same as systemd's journal, JSON lines", AuthSensor(), aim: 200_000,
      peerFields: ["__REALTIME_TIMESTAMP", "SYSLOG_IDENTIFIER", "MESSAGE", "_HOSTNAME", "_PID", "_UID", "_EXE"]
    ) { $0.journalLines },
  ]

  /// When the lines are read: a log without years is of the year before.
  private static let arrived = Timestamp(milliseconds: 1_767_225_600_000)

  private static func measure<Subject: Sensor>(
    _ sensor: Subject, _ bytes: [UInt8], _ rounds: Int, _ policy: Policy
  ) -> (counters: ParserCounters, nanoseconds: Double) {
    let records = Subject.records(inReplay: bytes).records
    var parser = sensor.makeParser()
    parser.use(policy)
    var found: [Observation] = []
    let start = clock()
    for _ in 0..<rounds {
      for record in records {
        parser.parse(record, arrived: arrived, into: &found)
        if found.count >= 1024 { found.removeAll(keepingCapacity: true) }
      }
    }
    let spent = Double(clock() - start) / Double(CLOCKS_PER_SEC) * 1e9
    return (parser.counters, spent / Double(max(1, records.count * rounds)))
  }
}
