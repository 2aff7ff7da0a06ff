import CordonCore
import Foundation
import GRDB

/// One transaction's worth of batches on their way into the tables.
struct IngestWriter {
  private struct LaneKey: Hashable {
    var agent: AgentID
    var lane: Lane
    var epoch: SpoolEpoch
  }

  /// What the transaction has stored so far.
  private struct Stored {
    var windows: Int64 = 0
    var detections: Int64 = 0
    var outcomes: Int64 = 0
    var gaps: Int64 = 0
  }

  private struct LaneState {
    var ref: Int64
    var through: UInt64
  }

  private let db: Database
  private let now: Timestamp
  private let windowInsertion: Statement
  private var lanes: [LaneKey: LaneState] = [:]
  private var stored = Stored()

  init(_ db: Database, at now: Timestamp) throws {
    self.db = db
    self.now = now
    let table = DayTable(at: now)
    try table.create(db)
    windowInsertion = try db.cachedStatement(sql: table.insertion)
  }

  mutating func store(_ batch: NumberedBatch) throws {
    let key = LaneKey(agent: batch.agent, lane: batch.lane, epoch: batch.epoch)
    var lane = try lanes[key] ?? open(key)
    guard lane.through == batch.after else {
      throw CordonError(
        .conflict, "ingest-watermark-moved",
        "Agent \(batch.agent), lane \(batch.lane): the batch extends \(batch.after), stored is \(lane.through).")
    }
    try check(batch)
    for record in batch.records { try insert(record, lane: lane.ref, agent: batch.agent) }
    for gap in batch.gaps { try insert(gap, lane: lane.ref) }
    lane.through = batch.through
    lanes[key] = lane
  }

  /// Writes watermarks and totals.
  func finish() throws {
    let update = try db.cachedStatement(sql: "UPDATE lanes SET through = ?, updated_ms = ? WHERE ref = ?")
    for lane in lanes.values {
      try update.execute(arguments: [Int64(clamping: lane.through), now.milliseconds, lane.ref])
    }
    let counts = [
      (Totals.windows, stored.windows), (Totals.detections, stored.detections), (Totals.outcomes, stored.outcomes),
      (Totals.gaps, stored.gaps),
    ]
    for (name, count) in counts where count > 0 { try Totals.add(db, name, count) }
  }

  private func open(_ key: LaneKey) throws -> LaneState {
    let row = try Row.fetchOne(
      db.cachedStatement(sql: "SELECT ref, through FROM lanes WHERE agent = ? AND epoch = ? AND lane = ?"),
      arguments: [key.agent.text, key.epoch.stored, key.lane.rawValue])
    if let row { return LaneState(ref: try row.value("ref"), through: try row.unsigned("through")) }
    try db.execute(
      sql: "INSERT INTO lanes (agent, lane, epoch, through, updated_ms) VALUES (?, ?, ?, 0, ?)",
      arguments: [key.agent.text, key.lane.rawValue, key.epoch.stored, now.milliseconds])
    return LaneState(ref: db.lastInsertedRowID, through: 0)
  }

  /// The numbers from `after + 1` to `through` are all there, each once; a mistake here would lose records silently.
  private func check(_ batch: NumberedBatch) throws(CordonError) {
    var next = batch.after
    var gaps = batch.gaps[...]
    func skip() {
      while let gap = gaps.first, gap.range.lowerBound == next + 1 {
        next = gap.range.upperBound
        gaps = gaps.dropFirst()
      }
    }
    skip()
    var taken = 0
    for record in batch.records where record.sequence == next + 1 && record.record.lane == batch.lane {
      next = record.sequence
      taken += 1
      skip()
    }
    guard next == batch.through, gaps.isEmpty, taken == batch.records.count, batch.through <= UInt64(Int64.max)
    else {
      throw CordonError(
        .defect, "ingest-numbering",
        "Agent \(batch.agent), lane \(batch.lane): numbers \(batch.after + 1) to \(batch.through) do not add up.")
    }
  }

  private mutating func insert(_ record: NumberedRecord, lane: Int64, agent: AgentID) throws {
    let sequence = Int64(record.sequence)
    switch record.record {
    case .window(let window):
      try insert(window, lane: lane, sequence: sequence)
      stored.windows += 1
    case .detection(let detection):
      let isNew = try DetectionTable.insert(
        db, detection, agent: agent, lane: lane, sequence: sequence, at: now)
      guard isNew else { return try insert(SkippedRange(record.sequence...record.sequence, .refused), lane: lane) }
      stored.detections += 1
    case .outcome(let outcome):
      try db.cachedStatement(
        sql: "INSERT INTO outcomes (lane, sequence, command, stored_ms, body) VALUES (?, ?, ?, ?, ?)"
      ).execute(arguments: [
        lane, sequence, outcome.commandID.data, now.milliseconds, StoredBody.encode(OutcomeBody(outcome)),
      ])
      stored.outcomes += 1
    }
  }

  private func insert(_ window: EntityWindow, lane: Int64, sequence: Int64) throws {
    windowInsertion.setUncheckedArguments([
      lane, sequence, now.milliseconds, Data(EntityKey.encode(window.entity)), Int64(window.schema),
      window.start.milliseconds, Int64(window.length), Int64(window.observations), window.isPartial, window.isEarly,
      window.isSkewed, Int64(window.lag), Int64(window.late), Int64(window.part),
      PackedFloats.encode(window.features),
      window.sketches.isEmpty ? nil : Data(PackedSketches.encode(window.sketches)),
      window.scores.map(PackedScores.encode), window.shadowScores.map(PackedScores.encode),
    ])
    try windowInsertion.execute()
  }

  private mutating func insert(_ gap: SkippedRange, lane: Int64) throws {
    try db.cachedStatement(
      sql: "INSERT INTO gaps (lane, first, last, cause, recorded_ms) VALUES (?, ?, ?, ?, ?)"
    ).execute(arguments: [
      lane, Int64(clamping: gap.range.lowerBound), Int64(clamping: gap.range.upperBound), gap.cause.rawValue,
      now.milliseconds,
    ])
    stored.gaps += 1
  }
}
