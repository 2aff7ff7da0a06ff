import CordonCore
import CordonTestSupport
import CordonWire
import FoundationEssentials

/// A small hospital's afternoon: an agent, a detection with a process and two addresses, an incident.
enum Samples {
  static let agentID = "0123456789abcdef0123456789abcdef"
  static let detectionID = Data([0x01, 0x97, 0xc3, 0x00, 0x00, 0x01, 0x70, 0x00, 0x80, 0, 0, 0, 0, 0, 0, 0x01])
  static let incidentID = Data([0x01, 0x97, 0xc4, 0x00, 0x00, 0x01, 0x70, 0x00, 0x80, 0, 0, 0, 0, 0, 0, 0x02])
  static let start = FakeClock.start

  static var agent: Cordon_V1_Agent {
    var agent = Cordon_V1_Agent()
    agent.id = agentID
    agent.label = "ws-17"
    agent.group = "administration"
    agent.state = "enrolled"
    agent.connected = true
    agent.enrolledMs = start.advanced(by: .seconds(-86_400)).milliseconds
    agent.lastSeenMs = start.advanced(by: .seconds(-5)).milliseconds
    agent.version = "0.1.0"
    agent.policySerial = 3
    agent.rosterSerial = 2
    agent.clockOffsetMs = 1500
    agent.certificateNotAfterMs = start.advanced(by: .seconds(20 * 86_400)).milliseconds
    agent.heartbeat.memoryBytes = 21_000_000
    agent.heartbeat.cpuMs = 1234
    agent.heartbeat.spoolRecords = 12
    agent.heartbeat.spoolBytes = 4096
    var sensor = Cordon_V1_SensorHealth()
    sensor.name = "audit"
    sensor.reason = "auditd has locked the rules\u{1B}[31m"
    sensor.observed = 10
    agent.heartbeat.sensors = [sensor]
    return agent
  }

  static var detection: Cordon_V1_StoredDetection {
    var stored = Cordon_V1_StoredDetection()
    stored.agentID = agentID
    stored.agentLabel = "ws-17"
    stored.incidentID = incidentID
    stored.storedMs = start.advanced(by: .seconds(-58)).milliseconds
    var detection = Cordon_V1_Detection()
    detection.id = detectionID
    detection.kind = .tripwire
    detection.rule = "encryption-burst"
    detection.technique = "T1486"
    detection.severity = .critical
    detection.eventMs = start.advanced(by: .seconds(-60)).milliseconds
    detection.raisedMs = start.advanced(by: .milliseconds(-59_700)).milliseconds
    detection.summary = "One process rewrote 14 files with content that looks encrypted."
    detection.process.pid = 4711
    detection.process.startTicks = 99
    detection.process.bootID = "4f3c0d8e-0000-4000-8000-000000000001"
    detection.process.executable = "/usr/bin/python3.11"
    for (index, kind) in [Cordon_V1_EntityKind.user, .address, .address].enumerated() {
      var sealed = Cordon_V1_SealedEntity()
      sealed.entity.kind = kind
      sealed.entity.keyEpoch = 1
      sealed.entity.pseudonym = Data(repeating: UInt8(index + 1), count: 16)
      sealed.sealedName = Data([1, 2, 3])
      sealed.part = kind == .user ? "actor" : "target"
      detection.entities.append(sealed)
    }
    var evidence = Cordon_V1_Evidence()
    evidence.what = "files rewritten within 10s"
    evidence.value = 14
    evidence.usualLow = 0
    evidence.usualHigh = 2.5
    evidence.unit = "count"
    detection.evidence = [evidence]
    stored.detection = detection
    return stored
  }

  static var incident: Cordon_V1_GetIncidentResponse {
    var response = Cordon_V1_GetIncidentResponse()
    response.incident.id = incidentID
    response.incident.state = "open"
    response.incident.title = "Encryption burst on ws-17"
    response.incident.severity = .critical
    response.incident.openedMs = start.advanced(by: .seconds(-60)).milliseconds
    response.incident.updatedMs = start.advanced(by: .seconds(-30)).milliseconds
    response.incident.detections = 1
    response.incident.agents = ["ws-17"]
    response.detections = [detection]
    for (offset, kind, text) in [(-59_000, "reflex", "suspend-process held"), (-60_000, "detection", "burst")] {
      var entry = Cordon_V1_TimelineEntry()
      entry.atMs = start.advanced(by: .milliseconds(offset)).milliseconds
      entry.kind = kind
      entry.text = text
      response.timeline.append(entry)
    }
    return response
  }
}
