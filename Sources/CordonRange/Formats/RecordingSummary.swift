package import CordonCore
import FoundationEssentials

/// What a recording came to.
package struct RecordingSummary: Hashable, Sendable, Codable {
  package var seed: UInt64
  package var start: String
  package var days: Int
  package var users: Int
  package var hosts: Int
  package var devices: Int
  package var attacks: [AttackKind]
  package var goLiveDay: Int?
  package var folder: String
  /// Lines in all audit logs, in all logs of log-ons, and in the EHR's trail.
  package var auditRecords: UInt64 = 0
  package var authLines: UInt64 = 0
  package var recordAccesses: UInt64 = 0
  /// In all captures of the network.
  package var frames: UInt64 = 0
  package var labels: Int = 0
  package var bytes: UInt64 = 0

  init(_ settings: HospitalSettings, folder: String) {
    seed = settings.seed
    start = HospitalCalendar.text(settings.start)
    days = settings.days
    users = settings.users
    hosts = settings.hosts
    devices = settings.devices
    attacks = settings.attacks
    goLiveDay = settings.goLive
    self.folder = folder
  }

  /// One object, keys sorted.
  package func json() throws(CordonError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    } catch {
      throw CordonError(.defect, "range-json", "The summary cannot be written as JSON: \(error).")
    }
  }

  /// For people.
  package var text: String {
    let names = attacks.map(\.rawValue).joined(separator: ", ")
    return """
      \(users) users and \(hosts) hosts, \(devices) devices over \(days) days from \(start), seed \(seed)
      \(auditRecords) audit records, \(authLines) lines of log-ons, \(recordAccesses) accesses to records, \(frames) \
      frames, \(bytes / 1_000_000) MB
      attacks: \(names.isEmpty ? "none" : "\(names); \(labels) labels")
      \(folder): hosts/*/audit.log, hosts/*/auth.log, wire/*.pcap, ehr/audit-events.ndjson,
      ehr/care.ndjson, labels.csv, staff.csv, hosts.csv, devices.csv, passwd

      """
  }
}
