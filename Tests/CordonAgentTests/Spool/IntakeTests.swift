import CordonAgent
import CordonCore
import CordonTestSupport
import CordonWire
import SwiftProtobuf
import Testing

/// What was taken in is made durable together with what came of it.
@Suite struct IntakeTests {
  static func window(_ observations: UInt32) -> EntityWindow {
    EntityWindow(
      entity: EntityRef(kind: .user, keyEpoch: 1, pseudonym: [UInt8](repeating: 7, count: 16)),
      schema: FeatureSchema.userAtEHR.id, start: FakeClock.start, length: 3_600_000, observations: observations,
      features: [Float](repeating: 1, count: FeatureSchema.userAtEHR.features.count), isPartial: true)
  }

  /// Observations of all windows that wait to be sent.
  static func waiting(_ spool: Spool) async throws -> [UInt32] {
    var found: [UInt32] = []
    while let batch = try await spool.lease([.window], most: 100, mostBytes: 1 << 20) {
      for record in batch.records {
        guard case .window(let window) = try Self.record(record.bytes) else { continue }
        found.append(window.observations)
      }
    }
    return found
  }

  @Test func `a worker that starts anew sends what was open, and goes on behind it`() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/spool"
      do {
        let spool = try Spool(path: path, clock: FakeClock())
        #expect(spool.intake == Intake())
        try await spool.append([.window(Self.window(1))], intake: Intake(progress: [1], unfinished: [Self.window(2)]))
        try await spool.append([], intake: Intake(progress: [2], unfinished: [Self.window(3), Self.window(4)]))
        try await spool.append([.window(Self.window(5))])
      }
      do {
        let spool = try Spool(path: path, clock: FakeClock())
        #expect(spool.intake?.progress == [2])
        #expect(try await Self.waiting(spool).sorted() == [1, 3, 4, 5])
      }
      let again = try Spool(path: path, clock: FakeClock())
      #expect(again.intake?.progress == [2])
      #expect(try await Self.waiting(again).sorted() == [1, 3, 4, 5], "once, however often it starts")
    }
  }

  @Test func `what a spool of the version before had taken in, nobody knows`() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/spool"
      do { try await Spool(path: path, clock: FakeClock()).append([.window(Self.window(1))]) }
      do {
        let database = try SQLiteDatabase(path: path)
        defer { database.close() }
        try database.execute("DROP TABLE intake; PRAGMA user_version = 1;")
      }
      let spool = try Spool(path: path, clock: FakeClock())
      #expect(await spool.opening == .continued)
      #expect(spool.intake == nil)
      try await spool.append([], intake: Intake(progress: [3]))
      #expect(try Spool(path: path, clock: FakeClock()).intake?.progress == [3])
    }
  }

  @Test func `what is damaged is forgotten, and the source is read from where it says itself`() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/spool"
      do { try await Spool(path: path, clock: FakeClock()).append([], intake: Intake(progress: [3])) }
      do {
        let database = try SQLiteDatabase(path: path)
        defer { database.close() }
        try database.execute("UPDATE intake SET bytes = x'0a0109'")
      }
      #expect(try Spool(path: path, clock: FakeClock()).intake == nil)
    }
  }

  @Test func `one process at a time, and the next as soon as it is gone`() throws {
    try withTemporaryFolder { folder in
      var first: SpoolLock? = try SpoolLock(path: "\(folder)/spool")
      #expect(throws: CordonError.self) { try SpoolLock(path: "\(folder)/spool", patience: .milliseconds(50)) }
      #expect(first != nil)
      first = nil
      _ = try SpoolLock(path: "\(folder)/spool", patience: .milliseconds(50))
    }
  }

  private static func record(_ bytes: [UInt8]) throws -> Record {
    try Cordon_V1_Record(serializedBytes: bytes).domain()
  }
}
