import CordonCore
import CordonWire

/// What flows over the network in clear, or too little protected: one line for each server and port.
enum ExposurePage {
  /// Detections about the same service, as one agent saw it.
  private struct Service {
    let kind: String
    let server: Cordon_V1_EntityRef?
    let port: UInt16
    let agent: String
    var version: Double?
    var clients: Set<Cordon_V1_EntityRef> = []
    var first: Int64
    var last: Int64
    var times: UInt64 = 0
  }

  private struct Key: Hashable {
    var kind: String
    var server: Cordon_V1_EntityRef?
    var port: UInt16
    var agent: String
  }

  /// The inventory that findings make up; those of other rules are left out.
  static func list(_ detections: [Cordon_V1_StoredDetection]) -> Report {
    var services: [Key: Service] = [:]
    for stored in detections where stored.detection.rule.hasPrefix(Detection.exposurePrefix) {
      add(stored, to: &services)
    }
    let listed = services.values.sorted { ($0.kind, $1.last, $0.port) < ($1.kind, $0.last, $1.port) }
    var table = Table(
      ["WHAT", "SERVER", "PORT", "CLIENTS", "SEEN BY", "FIRST", "LAST"], empty: "Nothing exposed was seen.")
    for service in listed {
      table.add([
        words(service), service.server.map(EntityText.name) ?? "-", "\(service.port)", "\(service.clients.count)",
        service.agent, TimeText.iso(Timestamp(milliseconds: service.first)),
        TimeText.iso(Timestamp(milliseconds: service.last)),
      ])
    }
    return Report(text: table.rendered, json: .list(listed.map(json)))
  }

  private static func add(_ stored: Cordon_V1_StoredDetection, to services: inout [Key: Service]) {
    let detection = stored.detection
    func entity(_ part: SealedEntity.Part) -> Cordon_V1_EntityRef? {
      detection.entities.first { $0.part == part.rawValue }?.entity
    }
    func number(_ what: String) -> Double? { detection.evidence.first { $0.what == what }?.value }
    let key = Key(
      kind: String(detection.rule.dropFirst(Detection.exposurePrefix.count)), server: entity(.target),
      port: UInt16(exactly: number("port") ?? 0) ?? 0,
      agent: stored.agentLabel.isEmpty ? String(stored.agentID.prefix(8)) : stored.agentLabel)
    var service =
      services[key]
      ?? Service(
        kind: key.kind, server: key.server, port: key.port, agent: key.agent, first: detection.eventMs,
        last: detection.eventMs)
    service.version = [service.version, number("TLS version")].compactMap(\.self).min()
    if let client = entity(.source) { service.clients.insert(client) }
    service.first = min(service.first, detection.eventMs)
    service.last = max(service.last, detection.eventMs)
    service.times += 1 + UInt64(detection.folded)
    services[key] = service
  }

  private static func words(_ service: Service) -> String {
    switch service.kind {
    case "hl7": "HL7 in clear"
    case "dicom": "DICOM in clear"
    case "tls": service.version.map { $0 == 0 ? "SSL 3.0" : "TLS \($0)" } ?? "weak TLS"
    case "rdp": "RDP without TLS or before the user is known"
    default: service.kind
    }
  }

  private static func json(_ service: Service) -> JSONValue {
    .fields([
      "kind": .text(service.kind), "server": service.server.map { .text(EntityText.name($0)) } ?? .null,
      "port": .integer(Int64(service.port)), "tls_version": service.version.map(JSONValue.number) ?? .null,
      "clients": .list(service.clients.map(EntityText.name).sorted().map(JSONValue.text)),
      "agent": .text(service.agent), "first": .time(service.first), "last": .time(service.last),
      "times": .unsigned(service.times),
    ])
  }
}
