import CordonCollector
import CordonCore
import Testing

@Suite struct IncomingBatchOwnershipTests {
  private static func window(_ entity: EntityRef) -> Record {
    .window(
      EntityWindow(
        entity: entity, schema: 1, start: Samples.start, length: 60_000, observations: 1,
        features: [Float](repeating: 0, count: FeatureSchema.hostAtHost.features.count)))
  }

  private static func detection(naming label: String, as part: SealedEntity.Part) -> Record {
    .detection(
      Samples.detection(1, entities: [SealedEntity(entity: EntityRef(kind: .host, label: label), part: part)]))
  }

  static let records: [(record: Record, isOwn: Bool)] = [
    (window(EntityRef(kind: .host, label: "ws-1")), true),
    (window(EntityRef(kind: .host, label: "ws-2")), false),
    (window(EntityRef(kind: .host, keyEpoch: 1, pseudonym: [UInt8](repeating: 7, count: 16))), false),
    // Many agents see the same user, and a gateway speaks for the devices behind it.
    (window(EntityRef(kind: .user, keyEpoch: 1, pseudonym: [UInt8](repeating: 7, count: 16))), true),
    (window(EntityRef(kind: .device, keyEpoch: 1, pseudonym: [UInt8](repeating: 7, count: 16))), true),
    (detection(naming: "ws-1", as: .host), true),
    (detection(naming: "ws-2", as: .host), false),
    (detection(naming: "ws-2", as: .target), true),
  ]

  @Test func anAgentSpeaksForItsOwnHostAlone() {
    let batch = IncomingBatch(
      lane: .window, epoch: SpoolEpoch(bits: 1), firstSequence: 1, records: Self.records.map { .success($0.record) })
    let codes = batch.confined(to: "ws-1", under: .observeOnly).records.map { record -> String in
      if case .failure(let error) = record { error.code } else { "" }
    }
    #expect(codes == Self.records.map { $0.isOwn ? "" : "another-host" })
  }

  @Test(arguments: ["pump", "WS-5", "ws-9", "pump-2", ""])
  func aGatewayNamesTheMachinesThatItsPolicyLists(label: String) throws {
    var policy = Policy.observeOnly
    policy.wire.devices = [Policy.WireDevice(address: try #require(IPAddress("10.0.0.5")), label: "pump")]
    policy.logs.windowsComputers = ["ws-5", "rad-*"]
    let entity = EntityRef(kind: .device, label: label)
    let records = [
      Self.window(entity), .detection(Samples.detection(1, entities: [SealedEntity(entity: entity, part: .host)])),
    ]
    let batch = IncomingBatch(
      lane: .window, epoch: SpoolEpoch(bits: 1), firstSequence: 1, records: records.map { .success($0) })
    let codes = batch.confined(to: "gateway", under: policy).records.map { record -> String in
      if case .failure(let error) = record { error.code } else { "" }
    }
    let isListed = ["pump", "WS-5", ""].contains(label)
    #expect(codes == [String](repeating: isListed ? "" : "unlisted-machine", count: 2))
  }

  @Test func whatWasRefusedBeforeStaysAsItWas() {
    let reason = CordonError(.invalid, "malformed", "No record.")
    let batch = IncomingBatch(
      lane: .window, epoch: SpoolEpoch(bits: 1), firstSequence: 1, records: [.failure(reason)])
    #expect(batch.confined(to: "ws-1", under: .observeOnly).records == [.failure(reason)])
  }
}
