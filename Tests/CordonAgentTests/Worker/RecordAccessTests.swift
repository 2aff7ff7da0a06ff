import CordonAgent
import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

/// Accesses to health records on their way through a gateway's worker.
@Suite struct RecordAccessTests {
  typealias Support = WorkerSupport

  static func windows(_ output: WorkerOutput) -> [EntityWindow] {
    WorkerPipelineTests.windows(output).filter { $0.schema == FeatureSchema.userAtEHR.id }
  }

  static func value(_ name: String, _ window: EntityWindow) -> Float {
    let position = FeatureSchema.userAtEHR.features.firstIndex { $0.name == name } ?? 0
    return window.features[position].rounded()
  }

  @Test func `a trail becomes its users' windows, whatever form it has`() throws {
    var pipeline = try Support.pipeline(gateway: true)
    _ = pipeline.ingest(Support.trail(["1", "2", "3", "4"]), at: Support.at(10_000))
    _ = pipeline.ingest(Support.trail(["1"], user: "PLANTED.realm.example\\plantedbob"), at: Support.at(10_000))
    let windows = Self.windows(pipeline.finish(at: Support.at(10_000)))
    #expect(Set(windows.map(\.entity)).count == 2)
    let ann = try #require(windows.first { $0.observations == 12 })
    #expect(ann.isPartial && ann.entity.kind == .user && ann.entity.label.isEmpty)
    #expect(Self.value("records_opened", ann) == 12)
    // Fewer than five patients leave as a few, whoever and however many they were.
    #expect(Self.value("distinct_patients", ann) == Float(SmallCounts.few))
    #expect(Self.value("new_patients", ann) == 0)
    #expect(Self.value("distinct_origins", ann) == 1)
    #expect(pipeline.counters.malformed == 0)
  }

  /// The same person has one pseudonym, on a workstation and in the record.
  @Test func `a user of the realm is the same in both`() throws {
    var policy = Support.policy()
    policy.defaultRealm = "ward.example"
    var pipeline = try Support.pipeline(policy: policy, gateway: true)
    _ = pipeline.ingest(Support.trail(["1"], user: "Ann"), at: Support.at(0))
    let window = try #require(Self.windows(pipeline.finish(at: Support.at(0))).first)
    var pseudonymiser = Pseudonymiser(keys: try Support.keys())
    let expected = pseudonymiser.reference(to: try #require(CanonicalName.domainAccount("ann", realm: "ward.example")))
    #expect(window.entity == expected)
  }

  @Test func `a workstation counts no patients, and nothing breaks`() throws {
    var pipeline = try Support.pipeline()
    _ = pipeline.ingest(Support.trail(["1"]), at: Support.at(0))
    #expect(Self.windows(pipeline.finish(at: Support.at(0))).isEmpty)
  }

  @Test func `who has opened what survives a restart`() throws {
    var before = try Support.pipeline(gateway: true)
    let (known, new) = ((1...6).map { "\($0)" }, (7...11).map { "\($0)" })
    _ = before.ingest(Support.trail(known), at: Support.at(0))
    _ = before.finish(at: Support.at(0))
    var after = try Support.pipeline(gateway: true, memory: before.memory)
    _ = after.ingest(Support.trail(known + new), at: Support.at(0))
    let window = try #require(Self.windows(after.finish(at: Support.at(0))).first)
    #expect(Self.value("distinct_patients", window) == 11)
    #expect(Self.value("new_patients", window) == 5)
  }

  @Test func `a trail is cut by its own watermark, not by the machine's`() throws {
    var pipeline = try Support.pipeline(gateway: true)
    let late = Support.at(3_600_000)
    #expect(Self.windows(pipeline.ingest(Support.trail(["1"]), at: late)).isEmpty)
    #expect(Self.windows(pipeline.tick(at: late.advanced(by: .seconds(119)))).isEmpty)
    let windows = Self.windows(pipeline.tick(at: late.advanced(by: .seconds(120))))
    #expect(windows.map(\.start) == [Support.start])
    #expect((windows.first?.lag ?? 0) > 3_500_000)
    #expect(pipeline.counters.windows.late == 0)
  }

  @Test func `a shared account of the record is a finding`() throws {
    var pipeline = try Support.pipeline(gateway: true)
    let output = pipeline.ingest(Support.trail(["1"], user: "nursing1"), at: Support.at(0))
    #expect(WorkerPipelineTests.detections(output).map(\.rule) == [TripwireRule.sharedAccount.name])
  }

  @Test func `another epoch makes nobody's patients new`() throws {
    var pipeline = try Support.pipeline(gateway: true)
    _ = pipeline.ingest(Support.trail(["1"]), at: Support.at(0))
    _ = pipeline.use(try Support.keys(epoch: 2, byte: 0x55, gateway: true), at: Support.at(0))
    _ = pipeline.ingest(Support.trail(["1"], from: 60_000), at: Support.at(60_000))
    let window = try #require(Self.windows(pipeline.finish(at: Support.at(60_000))).last)
    #expect(window.entity.keyEpoch == 2)
    #expect(Self.value("new_patients", window) == 0)
  }
}
