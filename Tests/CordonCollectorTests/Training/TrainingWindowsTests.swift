import CordonCore
import CordonLearning
import CordonStore
import CordonTestSupport
import Testing

@testable import CordonCollector

@Suite struct TrainingWindowsTests {
  private static let schema = FeatureSchema.hostAtHost
  private static let hour = Duration.seconds(3600)

  private static func agent(_ number: Int) -> AgentID {
    var randomness = SeededRandomness(seed: UInt64(number))
    return AgentID(Hex.encode(randomness.bytes(16)))!
  }

  private static func host(_ number: Int) -> EntityRef { EntityRef(kind: .host, label: "ws-\(number)") }

  /// Ten windows an hour apart of each of so many machines, as their agents send them.
  private static func fill(_ store: CollectorStore, machines: Int) async throws {
    let features = [Float](repeating: 1, count: schema.features.count)
    try await store.commit(
      (0..<machines).map { number in
        let records = (0..<10).map { index in
          NumberedRecord(
            sequence: UInt64(index + 1),
            record: .window(
              EntityWindow(
                entity: host(number), schema: schema.id, start: FakeClock.start.advanced(by: hour * index),
                length: 60_000, observations: 1, features: features, sketches: [], isPartial: false, isEarly: false,
                isSkewed: false, lag: 0, late: 0, part: 0)))
        }
        return NumberedBatch(
          agent: agent(number), lane: .window, epoch: SpoolEpoch(bits: 1), after: 0, through: 10, records: records,
          gaps: [])
      }, at: FakeClock.start)
  }

  private static func read(
    _ store: CollectorStore, without exclusions: TrainingExclusions = TrainingExclusions()
  ) async throws -> TrainingWindows {
    try await TrainingWindows.read(store, schema: schema, since: FakeClock.start, without: exclusions)
  }

  @Test(arguments: [8, 100, 1_000])
  func whatTrainingReadsDoesNotGrowWithTheFleet(machines: Int) async throws {
    try await withTemporaryFolder { folder in
      let store = try CollectorStore(path: "\(folder)/store.sqlite")
      try await Self.fill(store, machines: machines)
      try await TrainingSample.takeUp(
        store, TrainingSample.sampling(mostWindows: 120, mostOfOne: 40, mostEntities: 100))
      let windows = try await Self.read(store)
      #expect(windows.read == min(machines, 12) * 10, "rows read")
      #expect(windows.entities.count == min(machines, 12))
      #expect(windows.entities.allSatisfy { $0.count == 10 && $0.map(\.start) == $0.map(\.start).sorted() })
      // A sketch's estimate: exact for few, within 5 % for many.
      #expect(abs(windows.known - machines) <= machines / 20)
      try store.close()
    }
  }

  /// An incident may be opened long after its windows were sampled.
  @Test func whatIsLeftOutIsDecidedWhenTrainingReads() async throws {
    try await withTemporaryFolder { folder in
      let store = try CollectorStore(path: "\(folder)/store.sqlite")
      try await Self.fill(store, machines: 3)
      try await TrainingSample.takeUp(store)
      #expect(try await Self.read(store).excluded == 0)
      var exclusions = TrainingExclusions()
      var incident = IncidentRecord(
        id: UniqueID(bytes: [UInt8](repeating: 1, count: 16))!, state: "open", title: "", severity: .high,
        openedAt: FakeClock.start, updatedAt: FakeClock.start, firstEvent: FakeClock.start.advanced(by: Self.hour * 4),
        lastEvent: FakeClock.start.advanced(by: Self.hour * 5), owner: "", detections: 1, agents: [Self.agent(1)])
      exclusions.add(incident, [])
      let windows = try await Self.read(store, without: exclusions)
      // An hour before to an hour after.
      #expect(windows.excluded == 4 && windows.read == 30)
      #expect(windows.entities.map(\.count).sorted() == [6, 10, 10])
      incident.state = IncidentRecord.closedState
      var closed = TrainingExclusions()
      closed.add(incident, [])
      #expect(try await Self.read(store, without: closed).excluded == 0)
      try store.close()
    }
  }
}
