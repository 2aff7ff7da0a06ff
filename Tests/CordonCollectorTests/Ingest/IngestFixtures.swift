import CordonCollector
import CordonCore
import Synchronization

enum Ingest {
  static let agent = AgentID("00112233445566778899aabbccddeeff")!
  static let other = AgentID("ffeeddccbbaa99887766554433221100")!
  static let epoch = SpoolEpoch(bits: 0xE1)

  static func window(_ number: UInt64) -> Record {
    .window(
      EntityWindow(
        entity: EntityRef(kind: .host, label: "ward-3"), schema: 1,
        start: Timestamp(milliseconds: Int64(bitPattern: number) * 60_000), length: 60_000, observations: 1,
        features: [Float(number)]))
  }

  static func detection(_ number: UInt8) -> Record {
    .detection(
      Detection(
        id: UniqueID(bytes: [UInt8](repeating: number, count: 16))!, kind: .tripwire, rule: "canary-touched",
        technique: "T1486", severity: .high, eventTime: .epoch, raisedAt: .epoch, summary: "A canary was touched."))
  }

  static let unreadable = Result<Record, CordonError>.failure(
    CordonError(.invalid, "wire-record-empty", "A record has no body."))

  /// Windows `first...` in one batch; nil stands for a record that cannot be decoded.
  static func batch(
    _ first: UInt64, _ numbers: [UInt64?], skipped: [SkippedRange] = [], lane: Lane = .window,
    epoch: SpoolEpoch = Ingest.epoch
  ) -> IncomingBatch {
    IncomingBatch(
      lane: lane, epoch: epoch, firstSequence: first,
      records: numbers.map { number in number.map { .success(window($0)) } ?? unreadable }, skipped: skipped)
  }

  static func position(_ through: UInt64, lane: Lane = .window, epoch: SpoolEpoch = Ingest.epoch) -> LanePosition {
    LanePosition(lane: lane, epoch: epoch, through: through)
  }
}

/// Keeps everything in memory, refuses a commit that does not extend its watermarks, fails when told to.
final class FakeIngestStore: IngestStore {
  struct Contents {
    var records: [LanePosition: Record] = [:]
    var gaps: [SkippedRange] = []
    var watermarks: [AgentID: [LanePosition]] = [:]
    var groups: [[NumberedBatch]] = []
    var failure: CordonError?
  }

  let contents = Mutex(Contents())

  func commit(_ batches: [NumberedBatch], at now: Timestamp) async throws {
    try contents.withLock { contents in
      if let failure = contents.failure { throw failure }
      var next = contents
      for batch in batches { try Self.apply(batch, to: &next) }
      next.groups.append(batches)
      contents = next
    }
  }

  func watermarks(of agent: AgentID) async throws -> [LanePosition] {
    contents.withLock { $0.watermarks[agent] ?? [] }
  }

  private static func apply(_ batch: NumberedBatch, to contents: inout Contents) throws {
    var positions = contents.watermarks[batch.agent] ?? []
    let stored = positions.first { $0.lane == batch.lane && $0.epoch == batch.epoch }?.through ?? 0
    guard stored == batch.after else {
      throw CordonError(.conflict, "ingest-watermark-moved", "stored \(stored), batch after \(batch.after)")
    }
    for numbered in batch.records {
      contents.records[LanePosition(lane: batch.lane, epoch: batch.epoch, through: numbered.sequence)] = numbered.record
    }
    contents.gaps += batch.gaps
    positions.removeAll { $0.lane == batch.lane && $0.epoch == batch.epoch }
    positions.append(batch.position)
    contents.watermarks[batch.agent] = positions
  }
}
