import CordonCollector
import CordonCore
import CordonLearning
import CordonStore
import CordonTestSupport
import CordonTrust

extension TestCollector {
  static let day: Duration = .seconds(86_400)

  /// Stores a machine's records as its uplink would, from the next number on.
  func bring(_ records: [Record], of machine: TestMachine, lane: Lane) async throws {
    guard !records.isEmpty else { return }
    let store = domain.context.store
    let epoch = SpoolEpoch(bits: 1)
    let after = try await store.watermarks(of: machine.id).first { $0.lane == lane }?.through ?? 0
    let numbered = records.enumerated().map {
      NumberedRecord(sequence: after + 1 + UInt64($0.offset), record: $0.element)
    }
    try await store.commit(
      [
        NumberedBatch(
          agent: machine.id, lane: lane, epoch: epoch, after: after, through: after + UInt64(records.count),
          records: numbered)
      ], at: clock.now)
  }

  /// The n-th user.
  static func user(_ number: UInt8) -> EntityRef {
    EntityRef(kind: .user, keyEpoch: 1, pseudonym: [UInt8](repeating: number, count: 16))
  }

  /// A minute of a user with so many process starts and files written.
  static func userWindow(
    _ user: EntityRef, at start: Timestamp, starts: Float, files: Float = 0
  ) -> EntityWindow {
    let schema = FeatureSchema.userAtHost
    let values: [UInt32: Float] = [201: starts, 207: files]
    return EntityWindow(
      entity: user, schema: schema.id, start: start, length: 60_000, observations: UInt32(starts),
      features: schema.features.map { values[$0.id] ?? 0 }, isPartial: true)
  }

  /// An hour of a host with so many process starts and connections.
  static func hostWindow(_ label: String, at start: Timestamp, starts: Float, connects: Float) -> EntityWindow {
    let schema = FeatureSchema.hostAtHost
    let values: [UInt32: Float] = [101: starts, 104: connects, 110: starts / 2]
    return EntityWindow(
      entity: EntityRef(kind: .host, label: label), schema: schema.id, start: start, length: 3_600_000,
      observations: UInt32(starts), features: schema.features.map { values[$0.id] ?? 0 })
  }

  /// Days of ordinary hours of machines, received now.
  func ordinary(_ machines: [TestMachine], days: Int, seed: UInt64 = 1) async throws {
    var randomness = SeededRandomness(seed: seed)
    let first = clock.now.advanced(by: .zero - Self.day * days)
    for machine in machines {
      let windows = (0..<days * 24).map { hour in
        let base = (8..<18).contains(hour % 24) ? 40 : 4
        return Record.window(
          Self.hostWindow(
            machine.label, at: first.advanced(by: .seconds(Int64(hour) * 3600)),
            starts: Float(Int.random(in: base...base * 2, using: &randomness)),
            connects: Float(Int.random(in: 1...base, using: &randomness))))
      }
      try await bring(windows, of: machine, lane: .window)
    }
  }

  /// What `cordon model promote` sends: the bundle and an offer a ring, signed by ann.
  func promotion(
    _ plan: ModelService.Plan, role: ModelOffer.Role = .champion, keys: [AuthoritySigningKey]? = nil
  ) throws -> ModelService.Promotion {
    let keys = keys ?? [site.operatorAuthority]
    var envelope = Envelope(type: .model, payload: plan.record.payload)
    for key in keys { try envelope.sign(with: key) }
    if !plan.record.envelope.isEmpty { envelope = try Envelope(serialized: plan.record.envelope) }
    let bytes = try envelope.serialized()
    let offers = try plan.rings.enumerated().map { index, group in
      (
        group: group,
        envelope: try ModelOffer(
          digest: sha256(bytes), size: UInt32(bytes.count), role: role, ring: UInt32(index),
          serial: plan.nextSerial + UInt64(index), schema: plan.record.schema
        ).sealed(by: keys)
      )
    }
    return ModelService.Promotion(
      id: plan.record.id, envelope: plan.record.envelope.isEmpty ? envelope : nil, offers: offers, role: role)
  }

  /// Trains a candidate of the hosts' schema.
  func candidate() async throws -> ModelRecord {
    try await domain.training.train(FeatureSchema.hostAtHost.name, by: "operator/ann")
  }

  /// What an agent says of a model in its heartbeat.
  func report(
    _ machine: TestMachine, _ model: ModelRecord, _ state: ModelUse.State, code: String = "", cpu: Duration = .zero
  ) async throws {
    let digest = try await domain.models.show(model.id).record.digest
    var beat = AgentHeartbeat(clock: clock.now)
    beat.cpuMilliseconds = UInt64(cpu.milliseconds)
    beat.models = [
      ModelUse(schema: model.schema, digest: digest, purpose: "champion", state: state, code: code)
    ]
    try await domain.context.store.recordHeartbeats([machine.id: beat], at: clock.now)
  }

  /// Types of what waits for an agent.
  func waiting(for machine: TestMachine) async throws -> [OutboundRecord] {
    try await domain.context.store.openOutbound(of: machine.id).filter { $0.type == EnvelopeType.modelOffer.rawValue }
  }
}
