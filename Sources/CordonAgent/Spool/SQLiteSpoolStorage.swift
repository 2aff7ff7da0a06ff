package import CordonCore

/// A spool's records and numbers in one SQLite file.
///
/// Power loss and `kill -9` leave either all or nothing of a commit. Each record carries a checksum, because SQLite does
/// not notice a flipped bit in a row.
package final class SQLiteSpoolStorage: SpoolStorage {
  private let database: SQLiteDatabase

  /// Version of the tables below; a file of another version is not touched.
  private static let version: Int64 = 2
  /// Spare room for indexes, bookkeeping and pages that are half empty.
  private static let overhead = 3
  /// A record's size, which carries no checksum: damage must not make sums that no integer holds.
  private static let size = "max(0, min(size, 1073741824))"

  /// Opens or creates a spool's file.
  ///
  /// - Throws: `sqlite-damaged` where the file is not a whole database; `spool-version` where a newer agent wrote it.
  package init(path: String, limits: SpoolLimits = SpoolLimits()) throws(CordonError) {
    let most = (limits.bytes + limits.reserveBytes + limits.setAsideBytes) * Self.overhead + Intake.mostBytes + 1 << 20
    database = try SQLiteDatabase(path: path, mostBytes: most)
    let version = try database.integer("PRAGMA user_version")
    guard version <= Self.version else {
      throw CordonError(
        .conflict, "spool-version", "\(path) was written by a newer agent (version \(version)).",
        remedy: "Install that agent again, or move the file away.")
    }
    try check()
    if version == 0 { try create() }
    if version < 2 { try addIntake(isNew: version == 0) }
  }

  /// Ends the connection, so that the file may be moved.
  package func close() { database.close() }

  private func check() throws(CordonError) {
    var verdict = ""
    try database.rows("PRAGMA quick_check(1)", []) { verdict = $0.text(0) }
    guard verdict == "ok" else {
      throw CordonError(.inputOutput, "sqlite-damaged", "\(database.path) is damaged: \(verdict).")
    }
  }

  private func create() throws(CordonError) {
    try database.transaction { () throws(CordonError) in
      try database.execute(
        """
        CREATE TABLE epoch (bits INTEGER PRIMARY KEY, ordinal INTEGER NOT NULL);
        CREATE TABLE lane (
          epoch INTEGER NOT NULL, lane INTEGER NOT NULL, numbered INTEGER NOT NULL, acknowledged INTEGER NOT NULL,
          CHECK (0 <= acknowledged AND acknowledged <= numbered), PRIMARY KEY (epoch, lane)) WITHOUT ROWID;
        CREATE TABLE skipped (
          epoch INTEGER NOT NULL, lane INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
          cause INTEGER NOT NULL, CHECK (first <= last), PRIMARY KEY (epoch, lane, first)) WITHOUT ROWID;
        CREATE TABLE record (
          epoch INTEGER NOT NULL, lane INTEGER NOT NULL, sequence INTEGER NOT NULL, appended_ms INTEGER NOT NULL,
          checksum INTEGER NOT NULL, size INTEGER NOT NULL, bytes BLOB NOT NULL,
          PRIMARY KEY (epoch, lane, sequence)) WITHOUT ROWID;
        CREATE TABLE set_aside (
          id INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, lane INTEGER NOT NULL, sequence INTEGER NOT NULL,
          code TEXT NOT NULL, message TEXT NOT NULL, bytes BLOB NOT NULL);
        CREATE TABLE dropped (cause TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
        PRAGMA user_version = 1;
        """)
    }
  }

  /// What a spool of an earlier version had taken in, nobody knows.
  private func addIntake(isNew: Bool) throws(CordonError) {
    try database.transaction { () throws(CordonError) in
      try database.execute(
        """
        CREATE TABLE intake (id INTEGER PRIMARY KEY CHECK (id = 1), checksum INTEGER NOT NULL, bytes BLOB NOT NULL);
        PRAGMA user_version = 2;
        """)
      if isNew { try write(intake: []) }
    }
  }

  // MARK: Changes

  package func commit(_ change: SpoolChange, before: SpoolState) throws(CordonError) {
    try database.transaction { () throws(CordonError) in
      for deletion in change.deletions {
        try database.run(
          "DELETE FROM record WHERE epoch = ? AND lane = ? AND sequence BETWEEN ? AND ?",
          place(deletion.place) + [number(deletion.range.lowerBound), number(deletion.range.upperBound)])
      }
      for move in change.moves {
        try database.run(
          "UPDATE record SET epoch = ?, sequence = sequence - ? WHERE epoch = ? AND lane = ?",
          [bits(move.to), number(move.offset), bits(move.from), .integer(Int64(move.lane.rawValue))])
      }
      for insertion in change.insertions { try insert(insertion) }
      if let aside = change.setAside { try setAside(aside, forgetting: change.forgottenAside) }
      for epoch in change.forgottenEpochs { try forget(epoch) }
      for (ordinal, epoch) in change.changedEpochs(since: before) { try write(epoch, ordinal: ordinal) }
      if change.after.drops != before.drops { try writeDrops(change.after.drops) }
      if let intake = change.after.intake, intake != before.intake { try write(intake: intake) }
    }
  }

  private func insert(_ insertion: SpoolChange.Insertion) throws(CordonError) {
    let bytes = insertion.record.bytes
    try database.run(
      "INSERT INTO record (epoch, lane, sequence, appended_ms, checksum, size, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)",
      place(insertion.place) + [
        number(insertion.record.sequence), .integer(insertion.appended.milliseconds),
        .integer(Int64(bitPattern: Checksum.of(bytes))), .integer(Int64(bytes.count)), .blob(bytes),
      ])
  }

  private func setAside(_ record: SetAsideRecord, forgetting surplus: Int) throws(CordonError) {
    try database.run(
      "DELETE FROM set_aside WHERE id IN (SELECT id FROM set_aside ORDER BY id LIMIT ?)", [.integer(Int64(surplus))])
    try database.run(
      "INSERT INTO set_aside (epoch, lane, sequence, code, message, bytes) VALUES (?, ?, ?, ?, ?, ?)",
      place(record.place) + [
        number(record.sequence), .text(record.code), .text(record.message), .blob(record.bytes),
      ])
  }

  private func forget(_ epoch: SpoolEpoch) throws(CordonError) {
    try database.run("DELETE FROM skipped WHERE epoch = ?", [bits(epoch)])
    try database.run("DELETE FROM lane WHERE epoch = ?", [bits(epoch)])
    try database.run("DELETE FROM epoch WHERE bits = ?", [bits(epoch)])
  }

  private func write(_ epoch: SpoolState.Epoch, ordinal: Int) throws(CordonError) {
    // Ordinals only have to ascend; an epoch that was there keeps its own.
    try database.run(
      """
      INSERT INTO epoch (bits, ordinal) SELECT ?1, coalesce(max(ordinal), 0) + 1 FROM epoch WHERE true
      ON CONFLICT DO NOTHING
      """, [bits(epoch.id)])
    for lane in Lane.allCases {
      let state = epoch[lane]
      let place = place(SpoolPlace(epoch.id, lane))
      try database.run(
        "INSERT OR REPLACE INTO lane (epoch, lane, numbered, acknowledged) VALUES (?, ?, ?, ?)",
        place + [number(state.numbered), number(state.acknowledged)])
      try database.run("DELETE FROM skipped WHERE epoch = ? AND lane = ?", place)
      for skipped in state.skipped {
        try database.run(
          "INSERT INTO skipped (epoch, lane, first, last, cause) VALUES (?, ?, ?, ?, ?)",
          place + [
            number(skipped.range.lowerBound), number(skipped.range.upperBound),
            .integer(Int64(skipped.cause.rawValue)),
          ])
      }
    }
  }

  private func writeDrops(_ drops: [SpoolDrop: UInt64]) throws(CordonError) {
    for (drop, count) in drops {
      try database.run(
        "INSERT OR REPLACE INTO dropped (cause, number) VALUES (?, ?)", [.text(drop.rawValue), number(count)])
    }
  }

  private func write(intake bytes: [UInt8]) throws(CordonError) {
    try database.run(
      "INSERT OR REPLACE INTO intake (id, checksum, bytes) VALUES (1, ?, ?)",
      [.integer(Int64(bitPattern: Checksum.of(bytes))), .blob(bytes)])
  }

  private func bits(_ epoch: SpoolEpoch) -> SQLiteValue { .integer(Int64(bitPattern: epoch.bits)) }
  private func number(_ number: UInt64) -> SQLiteValue { .integer(Int64(clamping: number)) }
  private func place(_ place: SpoolPlace) -> [SQLiteValue] {
    [bits(place.epoch), .integer(Int64(place.lane.rawValue))]
  }

  // MARK: Reads

  package func load() throws(CordonError) -> SpoolState {
    var state = SpoolState()
    try database.rows("SELECT bits FROM epoch ORDER BY ordinal", []) { row in
      state.epochs.append(SpoolState.Epoch(id: SpoolEpoch(bits: UInt64(bitPattern: row.integer(0)))))
    }
    func change(_ row: SQLiteStatement, _ body: (inout SpoolLane) -> Void) {
      guard let lane = Lane(rawValue: UInt8(truncatingIfNeeded: row.integer(1))) else { return }
      let epoch = SpoolEpoch(bits: UInt64(bitPattern: row.integer(0)))
      guard var known = state[epoch, lane] else { return }
      body(&known)
      state[epoch, lane] = known
    }
    try database.rows("SELECT epoch, lane, numbered, acknowledged FROM lane", []) { row in
      change(row) { lane in
        lane.numbered = UInt64(clamping: row.integer(2))
        lane.acknowledged = UInt64(clamping: row.integer(3))
        lane.leased = lane.acknowledged
        lane.sent = lane.acknowledged
      }
    }
    try database.rows("SELECT epoch, lane, first, last, cause FROM skipped ORDER BY epoch, lane, first", []) { row in
      let cause = SkippedRange.Cause(rawValue: UInt8(truncatingIfNeeded: row.integer(4))) ?? .corruption
      let (first, last) = (UInt64(clamping: row.integer(2)), UInt64(clamping: row.integer(3)))
      guard first <= last else { return }
      change(row) { $0.skipped.append(SkippedRange(first...last, cause)) }
    }
    try database.rows("SELECT epoch, lane, count(*), sum(\(Self.size)) FROM record GROUP BY epoch, lane", []) { row in
      change(row) { lane in
        lane.records = Int(row.integer(2))
        lane.bytes = Int(row.integer(3))
      }
    }
    try database.rows("SELECT cause, number FROM dropped", []) { row in
      if let drop = SpoolDrop(rawValue: row.text(0)) { state.drops[drop] = UInt64(clamping: row.integer(1)) }
    }
    try database.rows("SELECT checksum, bytes FROM intake", []) { row in
      let bytes = row.blob(1)
      if Checksum.of(bytes) == UInt64(bitPattern: row.integer(0)) { state.intake = bytes }
    }
    return state
  }

  package func heads(_ lane: SpoolPlace, after: UInt64, most: Int) throws(CordonError) -> [RecordHead] {
    var heads: [RecordHead] = []
    try database.rows(
      """
      SELECT sequence, \(Self.size), appended_ms FROM record WHERE epoch = ? AND lane = ? AND sequence > ?
      ORDER BY sequence LIMIT ?
      """, place(lane) + [number(after), .integer(Int64(most))]
    ) { row in
      let sequence = UInt64(clamping: row.integer(0))
      // A damaged tree can give numbers that do not ascend: whoever reads on after the last would never end.
      guard sequence > heads.last?.sequence ?? after else { return }
      heads.append(
        RecordHead(
          sequence: sequence, bytes: Int(row.integer(1)), appended: Timestamp(milliseconds: row.integer(2))))
    }
    return heads
  }

  package func extent(
    _ lane: SpoolPlace, _ range: ClosedRange<UInt64>
  ) throws(CordonError) -> (records: Int, bytes: Int) {
    var extent = (records: 0, bytes: 0)
    try database.rows(
      """
      SELECT count(*), coalesce(sum(\(Self.size)), 0) FROM record
      WHERE epoch = ? AND lane = ? AND sequence BETWEEN ? AND ?
      """,
      place(lane) + [number(range.lowerBound), number(range.upperBound)]
    ) { extent = (Int($0.integer(0)), Int($0.integer(1))) }
    return extent
  }

  package func records(
    _ lane: SpoolPlace, after: UInt64, most: Int, mostBytes: Int
  ) throws(CordonError) -> [StoredRecord] {
    var records: [StoredRecord] = []
    var bytes = 0
    var isFull = false
    // A row that fails its checksum does not count, so a page of them cannot hide what comes behind.
    var after = after
    while !isFull {
      let start = after
      try database.rows(
        """
        SELECT sequence, checksum, bytes FROM record WHERE epoch = ? AND lane = ? AND sequence > ?
        ORDER BY sequence LIMIT ?
        """, place(lane) + [number(after), .integer(Int64(most - records.count))]
      ) { row in
        guard !isFull else { return }
        // A damaged tree can give numbers that do not ascend, and the same row for ever.
        let sequence = UInt64(clamping: row.integer(0))
        guard sequence > after else { return }
        after = sequence
        let blob = row.blob(2)
        guard Checksum.of(blob) == UInt64(bitPattern: row.integer(1)) else { return }
        guard records.isEmpty || bytes + blob.count <= mostBytes else {
          isFull = true
          return
        }
        bytes += blob.count
        records.append(StoredRecord(sequence: after, bytes: blob))
      }
      if after == start || records.count >= most { isFull = true }
    }
    return records
  }

  package func setAside() throws(CordonError) -> [SetAsideRecord] {
    var records: [SetAsideRecord] = []
    try database.rows("SELECT epoch, lane, sequence, code, message, bytes FROM set_aside ORDER BY id", []) { row in
      let lane = Lane(rawValue: UInt8(truncatingIfNeeded: row.integer(1))) ?? .window
      records.append(
        SetAsideRecord(
          place: SpoolPlace(SpoolEpoch(bits: UInt64(bitPattern: row.integer(0))), lane),
          sequence: UInt64(clamping: row.integer(2)), code: row.text(3), message: row.text(4), bytes: row.blob(5)))
    }
    return records
  }
}
