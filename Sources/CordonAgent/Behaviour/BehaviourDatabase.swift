import CordonCore
import CordonLearning

/// What behaviour learned, in one SQLite file of the worker: entities' states, a week of past windows, models.
///
/// Bounded: a state an entity of `BehaviourStage`, the past of a few of them (`pastLimit` windows each, none older than
/// `retention`), a handful of models. For one caller at a time, on a thread that may block.
final class BehaviourDatabase {
  /// How far a model's gate looks back.
  static let retention = Duration.seconds(7 * 86_400)
  /// Windows an entity: two weeks' minutes, where the policy's windows are shorter.
  static let pastLimit: Int64 = 20_160
  static let mostBytes = 64 << 20
  private static let version: Int64 = 1
  /// As the state of a champion in reserve is written.
  private static let reserve = "reserve"

  private let database: SQLiteDatabase

  /// Opens or creates the file. Codes: those of `SQLiteDatabase`; `spool-version` for a newer agent's file.
  init(path: String) throws(CordonError) {
    database = try SQLiteDatabase(path: path, mostBytes: Self.mostBytes)
    let version = try database.integer("PRAGMA user_version")
    guard version <= Self.version else {
      throw CordonError(
        .conflict, "spool-version", "\(path) was written by a newer agent (version \(version)).",
        remedy: "Install that agent again, or let learning start anew.")
    }
    var verdict = ""
    try database.rows("PRAGMA quick_check(1)", []) { verdict = $0.text(0) }
    guard verdict == "ok" else {
      throw CordonError(.inputOutput, "sqlite-damaged", "\(path) is damaged: \(verdict).")
    }
    if version == 0 { try create() }
  }

  func close() { database.close() }

  private func create() throws(CordonError) {
    try database.transaction { () throws(CordonError) in
      try database.execute(
        """
        CREATE TABLE watch (
          schema INTEGER NOT NULL, kind INTEGER NOT NULL, epoch INTEGER NOT NULL, name BLOB NOT NULL,
          state BLOB NOT NULL, PRIMARY KEY (schema, kind, epoch, name)) WITHOUT ROWID;
        CREATE TABLE past (
          schema INTEGER NOT NULL, kind INTEGER NOT NULL, epoch INTEGER NOT NULL, name BLOB NOT NULL,
          start_ms INTEGER NOT NULL, length_ms INTEGER NOT NULL, body BLOB NOT NULL,
          PRIMARY KEY (schema, kind, epoch, name, start_ms)) WITHOUT ROWID;
        CREATE TABLE model (
          schema INTEGER NOT NULL, role INTEGER NOT NULL, state TEXT NOT NULL, digest BLOB NOT NULL,
          size INTEGER NOT NULL, gated INTEGER NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL,
          envelope BLOB NOT NULL, PRIMARY KEY (schema, role, state)) WITHOUT ROWID;
        PRAGMA user_version = 1;
        """)
    }
  }

  // MARK: Entities

  /// Replaces entities' states and adds past windows, as one commit; what is too old or too much goes.
  func save(
    _ states: [(key: BehaviourStage.Key, state: [UInt8])], _ past: [(key: BehaviourStage.Key, window: PastWindow)]
  ) throws(CordonError) {
    try database.transaction { () throws(CordonError) in
      try database.run("DELETE FROM watch")
      for (key, state) in states {
        try database.run("INSERT INTO watch VALUES (?, ?, ?, ?, ?)", Self.values(key) + [.blob(state)])
      }
      for (key, window) in past {
        try database.run(
          "INSERT OR REPLACE INTO past VALUES (?, ?, ?, ?, ?, ?, ?)",
          Self.values(key) + [
            .integer(window.start.milliseconds), .integer(Int64(window.length)), .blob(window.encoded),
          ])
      }
      for key in Set(past.map(\.key)) { try trim(key) }
    }
  }

  private func trim(_ key: BehaviourStage.Key) throws(CordonError) {
    let own = "schema = ? AND kind = ? AND epoch = ? AND name = ?"
    let newest = try database.integer("SELECT MAX(start_ms) FROM past WHERE \(own)", Self.values(key))
    let oldest = newest - Self.retention.milliseconds
    try database.run("DELETE FROM past WHERE \(own) AND start_ms < ?", Self.values(key) + [.integer(oldest)])
    try database.run(
      """
      DELETE FROM past WHERE \(own) AND start_ms <= (
        SELECT start_ms FROM past WHERE \(own) ORDER BY start_ms DESC LIMIT 1 OFFSET \(Self.pastLimit))
      """, Self.values(key) + Self.values(key))
  }

  func states() throws(CordonError) -> [(key: BehaviourStage.Key, state: [UInt8])] {
    var states: [(key: BehaviourStage.Key, state: [UInt8])] = []
    try database.rows("SELECT schema, kind, epoch, name, state FROM watch", []) { row in
      guard let key = Self.key(row) else { return }
      states.append((key, row.blob(4)))
    }
    return states
  }

  /// An entity's past windows, oldest first; those that cannot be read are left out.
  func past(of key: BehaviourStage.Key) throws(CordonError) -> [PastWindow] {
    var windows: [PastWindow] = []
    try database.rows(
      """
      SELECT start_ms, length_ms, body FROM past WHERE schema = ? AND kind = ? AND epoch = ? AND name = ?
      ORDER BY start_ms
      """, Self.values(key)
    ) { row in
      let window = try? PastWindow(
        start: Timestamp(milliseconds: row.integer(0)), length: UInt32(clamping: row.integer(1)), encoded: row.blob(2))
      if let window { windows.append(window) }
    }
    return windows
  }

  /// Whose past there is; that of entities that were not seen for twice as long as it is kept goes first.
  func pastKeys() throws(CordonError) -> [BehaviourStage.Key] {
    let newest = try database.integer("SELECT COALESCE(MAX(start_ms), 0) FROM past")
    let oldest = newest - 2 * Self.retention.milliseconds
    try database.transaction { () throws(CordonError) in
      try database.run("DELETE FROM past WHERE start_ms < ?", [.integer(oldest)])
    }
    var keys: [BehaviourStage.Key] = []
    try database.rows("SELECT DISTINCT schema, kind, epoch, name FROM past", []) { row in
      if let key = Self.key(row) { keys.append(key) }
    }
    return keys
  }

  private static func values(_ key: BehaviourStage.Key) -> [SQLiteValue] {
    let entity = key.entity
    return [
      .integer(Int64(key.schema)), .integer(Int64(entity.kind.rawValue)), .integer(Int64(entity.keyEpoch)),
      .blob(entity.label.isEmpty ? entity.pseudonym : Array(entity.label.utf8)),
    ]
  }

  private static func key(_ row: SQLiteStatement) -> BehaviourStage.Key? {
    guard let kind = EntityKind(rawValue: UInt8(clamping: row.integer(1))) else { return nil }
    let epoch = UInt32(clamping: row.integer(2))
    // Epoch 0 is that of clear labels.
    let entity =
      epoch == 0
      ? EntityRef(kind: kind, label: String(decoding: row.blob(3), as: UTF8.self))
      : EntityRef(kind: kind, keyEpoch: epoch, pseudonym: row.blob(3))
    return BehaviourStage.Key(schema: UInt32(clamping: row.integer(0)), entity: entity)
  }

  // MARK: Models

  func save(_ shelf: ModelShelf) throws(CordonError) {
    try database.transaction { () throws(CordonError) in
      try database.run("DELETE FROM model")
      for (place, entry) in shelf.all { try insert(entry, at: place, as: entry.state.rawValue) }
      for (place, entry) in shelf.allReserves { try insert(entry, at: place, as: Self.reserve) }
    }
  }

  private func insert(_ entry: ModelShelf.Entry, at place: ModelShelf.Place, as state: String) throws(CordonError) {
    try database.run(
      "INSERT INTO model VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      [
        .integer(Int64(place.schema)), .integer(Int64(place.role.rawValue)), .text(state), .blob(entry.digest),
        .integer(Int64(entry.size)), .integer(entry.isGated ? 1 : 0), .text(entry.code), .text(entry.message),
        .blob(entry.envelope),
      ])
  }

  func shelf() throws(CordonError) -> ModelShelf {
    var shelf = ModelShelf()
    try database.rows("SELECT schema, role, state, digest, size, gated, code, message, envelope FROM model", []) {
      row in
      let isReserve = row.text(2) == Self.reserve
      guard let role = ModelOffer.Role(rawValue: UInt8(clamping: row.integer(1))),
        let state = isReserve ? .running : ModelUse.State(rawValue: row.text(2))
      else { return }
      var entry = ModelShelf.Entry(state: state, digest: row.blob(3), size: UInt32(clamping: row.integer(4)))
      entry.isGated = row.integer(5) != 0
      entry.code = row.text(6)
      entry.message = row.text(7)
      entry.envelope = row.blob(8)
      let place = ModelShelf.Place(schema: UInt32(clamping: row.integer(0)), role: role)
      if isReserve { shelf[reserve: place] = entry } else { shelf[place, state] = entry }
    }
    return shelf
  }
}
