import CordonCore
import CordonTestSupport

/// Values that tests store.
enum Samples {
  static let now = FakeClock.start

  static func agent(_ number: Int) -> AgentID {
    var randomness = SeededRandomness(seed: UInt64(number))
    return AgentID(Hex.encode(randomness.bytes(16)))!
  }

  static func id(_ number: Int) -> UniqueID {
    var randomness = SeededRandomness(seed: UInt64(number))
    return UniqueID(at: now.advanced(by: .milliseconds(number)), randomness: &randomness)
  }

  static func epoch(_ number: UInt64) -> SpoolEpoch { SpoolEpoch(bits: number &* 0x9E37_79B9_7F4A_7C15) }

  static func agentRecord(_ number: Int, group: String = "ward-3") -> AgentRecord {
    AgentRecord(
      id: agent(number), label: "ws-\(number)", group: group, keyDigest: digest(number),
      sealingKey: Array(repeating: 7, count: 32), enrolledAt: now,
      certificateNotAfter: now.advanced(by: .seconds(30 * 86_400)))
  }

  static func digest(_ number: Int) -> [UInt8] {
    var randomness = SeededRandomness(seed: UInt64(number) &+ 1_000_000)
    return randomness.bytes(32)
  }

  static func token(_ number: Int, uses: UInt32 = 1) -> TokenRecord {
    TokenRecord(
      id: "t\(number)", digest: digest(number), group: "ward-3", createdAt: now,
      notAfter: now.advanced(by: .seconds(3600)), usesLeft: uses, createdBy: "ann")
  }

  static func user(_ number: Int) -> EntityRef {
    var randomness = SeededRandomness(seed: UInt64(number) &+ 2_000_000)
    return EntityRef(kind: .user, keyEpoch: 1, pseudonym: randomness.bytes(16))
  }

  static func window(
    _ entity: EntityRef = EntityRef(kind: .host, label: "ws-1"), schema: UInt32 = 1, start: Timestamp = now,
    partial: Bool = false, value: Float = 1
  ) -> EntityWindow {
    let width = FeatureSchema.withID(schema)?.features.count ?? 3
    return EntityWindow(
      entity: entity, schema: schema, start: start, length: 60_000, observations: 12,
      features: (0..<width).map { value * Float($0 + 1) },
      sketches: partial ? [EntityWindow.DistinctSketch(feature: 202, registers: [1, 2, 3])] : [], isPartial: partial,
      isEarly: false, isSkewed: false, lag: 17, late: 2, part: 0)
  }

  static func process(_ pid: UInt32 = 42) -> ProcessRef {
    ProcessRef(pid: pid, startTicks: 99, bootID: "boot-1", executable: "/usr/bin/python3")
  }

  static func detection(_ number: Int) -> Detection {
    Detection(
      id: id(number), kind: .tripwire, rule: "encryption-burst", technique: "T1486", severity: .critical,
      eventTime: now, raisedAt: now.advanced(by: .milliseconds(12)), summary: "12 files rewritten within 3 s",
      entities: [
        SealedEntity(entity: user(1), sealedName: [1, 2, 3], part: .actor),
        SealedEntity(entity: EntityRef(kind: .host, label: "ws-1"), part: .host),
      ], process: process(),
      evidence: [
        Detection.Evidence(
          feature: 111, what: "Files renamed", value: 12, usual: 0...1, percentile: 99.5, unit: "count"),
        Detection.Evidence(what: "Entropy", value: .infinity),
      ], score: 0, folded: 3)
  }

  static func outcome(_ command: Int, _ state: Outcome.State = .held) -> Outcome {
    Outcome(
      commandID: id(command), state: state, at: now, code: "", message: "frozen",
      leaseUntil: now.advanced(by: .seconds(600)), evidence: ["cgroup.events: frozen 1"], isReflex: true,
      action: .suspendProcess(process()), detectionID: id(1))
  }

  static func command(_ number: Int, agent: Int = 1, incident: UniqueID? = nil) -> Command {
    Command(
      id: id(number), agentID: Samples.agent(agent),
      action: .blockAddress(
        SealedEntity(
          entity: EntityRef(kind: .address, keyEpoch: 1, pseudonym: Array(repeating: 9, count: 16)), sealedName: [4],
          part: .target)),
      notBefore: now, notAfter: now.advanced(by: .seconds(300)), lease: .seconds(600),
      maxUntil: now.advanced(by: .seconds(3600)), reason: "calls out", incidentID: incident)
  }

  static func commandRecord(_ number: Int, state: String = "proposed", incident: UniqueID? = nil) -> CommandRecord {
    CommandRecord(
      command: command(number, incident: incident), state: state, envelope: [1, 2, 3], proposedBy: "ann",
      proposedAt: now.advanced(by: .milliseconds(number)), approvedBy: ["ann"], signatures: 1, signaturesNeeded: 2,
      updatedAt: now)
  }

  static func incident(_ number: Int, state: String = "open") -> IncidentRecord {
    IncidentRecord(
      id: id(number), state: state, title: "Encryption burst on ws-1", severity: .critical, openedAt: now,
      updatedAt: now.advanced(by: .milliseconds(number)), firstEvent: now, lastEvent: now, owner: "", detections: 1,
      agents: [agent(1)])
  }

  static func ledger(_ subject: String) -> LedgerRecord {
    LedgerRecord(.policyApplied, at: now, actor: "operator/ann", subject: subject)
  }

  static func batch(
    _ agent: Int = 1, lane: Lane = .window, epoch: UInt64 = 1, after: UInt64 = 0, _ records: [Record],
    gaps: [SkippedRange] = []
  ) -> NumberedBatch {
    var next = after
    var numbered: [NumberedRecord] = []
    var left = gaps[...]
    func skip() {
      while let gap = left.first, gap.range.lowerBound == next + 1 {
        next = gap.range.upperBound
        left = left.dropFirst()
      }
    }
    skip()
    for record in records {
      next += 1
      numbered.append(NumberedRecord(sequence: next, record: record))
      skip()
    }
    return NumberedBatch(
      agent: Samples.agent(agent), lane: lane, epoch: Samples.epoch(epoch), after: after, through: next,
      records: numbered, gaps: gaps)
  }
}
