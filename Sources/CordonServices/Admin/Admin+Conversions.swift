import CordonCollector
import CordonCore
import CordonLearning
import CordonTrust
import CordonWire
import FoundationEssentials

// Domain values as Admin shows them. One way only: what callers send is decoded where it is used.

extension Cordon_V1_GetStatusResponse {
  init(_ status: StatusService.Status) {
    self.init()
    collectorID = status.collector
    version = status.version
    serverTimeMs = status.now.milliseconds
    startedMs = status.startedAt.milliseconds
    agentsEnrolled = status.agentsEnrolled
    agentsConnected = UInt64(status.connected)
    windowsStored = status.windowsStored
    detectionsStored = status.detectionsStored
    incidentsOpen = status.incidentsOpen
    commandsHeld = UInt64(status.held)
    rosterSerial = status.rosterSerial
    policySerial = status.policySerial
    ledgerSize = status.ledgerSize
    checkpoint = status.checkpoint
    findings = status.findings.map(Cordon_V1_Finding.init)
    storeBytes = status.storeBytes
    recordsRefused = status.recordsRefused
    learning = status.learning.map(Cordon_V1_LearningStatus.init)
  }
}

extension Cordon_V1_Finding {
  init(_ finding: Finding) {
    self.init()
    severity = Cordon_V1_Severity(rawValue: Int(finding.severity.rawValue)) ?? .unspecified
    code = finding.code
    message = finding.message
    remedy = finding.remedy
  }
}

extension Cordon_V1_Token {
  init(_ token: TokenRecord) {
    self.init()
    id = token.id
    group = token.group
    notAfterMs = token.notAfter.milliseconds
    usesLeft = token.usesLeft
    revoked = token.isRevoked
    createdBy = token.createdBy
  }
}

extension Cordon_V1_Agent {
  init(_ view: FleetService.AgentView) {
    self.init()
    let record = view.record
    id = record.id.text
    label = record.label
    group = record.group
    state = record.state.rawValue
    connected = view.isConnected
    enrolledMs = record.enrolledAt.milliseconds
    lastSeenMs = record.lastSeen?.milliseconds ?? 0
    version = record.version
    policySerial = record.policySerial
    rosterSerial = record.rosterSerial
    if let beat = record.heartbeat { heartbeat = Cordon_V1_Heartbeat(beat) }
    clockOffsetMs = record.clockOffset.milliseconds
    certificateNotAfterMs = record.certificateNotAfter.milliseconds
    sealingKey = Data(record.sealingKey)
  }
}

extension Cordon_V1_Gap {
  init(_ gap: RecordGap) {
    self.init()
    lane = Cordon_V1_Lane(gap.lane)
    epoch = gap.epoch.bits
    range = Cordon_V1_SkippedRange(gap.skipped)
    recordedMs = gap.recordedAt.milliseconds
  }
}

extension Cordon_V1_Operator {
  init(_ record: OperatorRecord) {
    self.init()
    name = record.name
    roles = record.roles
    revoked = record.isRevoked
    certificateNotAfterMs = record.certificateNotAfter.milliseconds
  }
}

extension Cordon_V1_StoredDetection {
  init(_ view: CaseBook.DetectionView) {
    self.init()
    detection = Cordon_V1_Detection(view.stored.detection)
    agentID = view.stored.agent?.text ?? ""
    agentLabel = view.agentLabel
    incidentID = Data(view.stored.incident?.bytes ?? [])
    label = view.stored.verdict?.label ?? ""
    labelledBy = view.stored.verdict?.by ?? ""
    storedMs = view.stored.storedAt.milliseconds
    if let p = view.stored.p { self.p = p }
  }
}

extension Cordon_V1_LabelledWindow {
  init(_ row: LabelledWindow) {
    self.init()
    detectionID = Data(row.stored.detection.id.bytes)
    window = Cordon_V1_EntityWindow(row.window)
    rule = row.stored.detection.rule
    label = row.stored.verdict?.label ?? ""
    weakLabel = row.weakLabel
    votes = row.votes.sorted { $0.key.rawValue < $1.key.rawValue }.map { rule, vote in
      var message = Cordon_V1_WeakVote()
      message.rule = rule.rawValue
      message.bad = vote == .bad
      return message
    }
    if let p = row.stored.p { self.p = p }
    ask = UInt32(row.ask ?? 0)
  }
}

extension Cordon_V1_Incident {
  init(_ record: IncidentRecord) {
    self.init()
    id = Data(record.id.bytes)
    state = record.state
    title = record.title
    severity = Cordon_V1_Severity(rawValue: Int(record.severity.rawValue)) ?? .unspecified
    openedMs = record.openedAt.milliseconds
    updatedMs = record.updatedAt.milliseconds
    owner = record.owner
    detections = record.detections
    agents = record.agents.map(\.text)
    if let p = record.p { self.p = p }
  }
}

extension Cordon_V1_TimelineEntry {
  init(_ entry: TimelineEntry) {
    self.init()
    atMs = entry.at.milliseconds
    kind = entry.kind
    text = entry.text
  }
}

extension Cordon_V1_StoredCommand {
  init(_ view: CommandView) throws(CordonError) {
    self.init()
    let record = view.record
    command = Cordon_V1_Command(record.command)
    state = record.state
    proposedBy = record.proposedBy
    approvedBy = record.approvedBy
    signatures = record.signatures
    signaturesNeeded = record.signaturesNeeded
    if let outcome = record.outcome { self.outcome = Cordon_V1_Outcome(outcome) }
    agentLabel = view.agentLabel
    if !record.envelope.isEmpty { envelope = Cordon_V1_Envelope(try Envelope(serialized: record.envelope)) }
  }
}
