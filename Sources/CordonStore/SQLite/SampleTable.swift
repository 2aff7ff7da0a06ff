import CordonCore
import Foundation
import GRDB

/// Windows of one page on their way into the sample: rows of `sampled_entities`, `sampled_windows` and `entity_counts`.
///
/// Whole entities are kept, those of the least hash (bottom-k sampling with coordinated priorities: Cohen & Kaplan,
/// "Summarizing data using bottom-k sketches", 2007): a uniform sample of the entities, the same in whichever order they
/// come. Two collectors' samples, joined and cut again, are the sample of both. What is kept of a window is where it lies.
/// Once an entity was put out, it and all of a greater hash stay out, for their past would have holes; where less than half
/// of the room is used (old days were forgotten, the site shrank), the cut is doubled, at most once a day. Memory: a page;
/// cost: a hash a window, and a few keyed writes for those of sampled entities.
struct SampleTable {
  private let sampling: WindowSampling
  private let day: Int64
  /// Places by schema and priority.
  private var places: [Int64: [Int64: [Int64]]] = [:]
  private var hashes: [Int64: Set<UInt64>] = [:]

  /// - Parameter table: whose rows are added.
  init(_ sampling: WindowSampling, of table: DayTable) {
    self.sampling = sampling
    day = table.day
  }

  /// Takes up one row of the day table; nothing is learned by windows of a wrong clock, nor of a schema that is not known.
  mutating func add(_ row: Row) throws {
    let schema: Int64 = try row.value("schema")
    let isKnown = UInt32(exactly: schema).flatMap(FeatureSchema.withID) != nil
    guard isKnown, try !(row.value("skewed") as Bool) else { return }
    let hash = sampling.hash(try EntityKey.decode(try row.bytes("entity")))
    hashes[schema, default: []].insert(hash)
    places[schema, default: [:]][Int64(hash >> 1), default: []].append(try row.value("rowid"))
  }

  func write(_ db: Database) throws {
    for (schema, hashes) in hashes { try count(hashes, schema, db) }
    for (schema, entities) in places { try keep(entities, schema, db) }
  }

  /// Forgets what lay on days that are no more.
  static func forgetDroppedDays(_ db: Database) throws {
    try db.execute(
      sql: """
        DELETE FROM sampled_windows WHERE day NOT IN (SELECT day FROM days);
        DELETE FROM entity_counts WHERE day NOT IN (SELECT day FROM days);
        DELETE FROM sampled_entities;
        INSERT INTO sampled_entities (schema, priority, windows)
          SELECT schema, priority, COUNT(*) FROM sampled_windows GROUP BY schema, priority;
        """)
  }

  // MARK: Private

  private func count(_ hashes: Set<UInt64>, _ schema: Int64, _ db: Database) throws {
    let kept = try Data.fetchOne(
      db.cachedStatement(sql: "SELECT sketch FROM entity_counts WHERE schema = ? AND day = ?"),
      arguments: [schema, day])
    try db.cachedStatement(sql: "INSERT OR REPLACE INTO entity_counts (schema, day, sketch) VALUES (?, ?, ?)").execute(
      arguments: [schema, day, Data(try sampling.counting(kept.map { [UInt8]($0) }, hashes))])
  }

  private func keep(_ entities: [Int64: [Int64]], _ schema: Int64, _ db: Database) throws {
    var (kept, windows) = try Self.size(db, schema)
    let cut = try cut(schema, isHalfEmpty: windows < sampling.mostWindows / 2 && kept < sampling.mostEntities / 2, db)
    for (priority, places) in entities where priority < cut {
      let before =
        try Int.fetchOne(
          db.cachedStatement(sql: "SELECT windows FROM sampled_entities WHERE schema = ? AND priority = ?"),
          arguments: [schema, priority]) ?? 0
      let taken = places.prefix(max(0, sampling.mostOfOne - before))
      guard !taken.isEmpty else { continue }
      try db.cachedStatement(
        sql: "INSERT OR REPLACE INTO sampled_entities (schema, priority, windows) VALUES (?, ?, ?)"
      ).execute(arguments: [schema, priority, before + taken.count])
      let insertion = try db.cachedStatement(
        sql: "INSERT INTO sampled_windows (schema, priority, day, place) VALUES (?, ?, ?, ?)")
      for place in taken { try insertion.execute(arguments: [schema, priority, day, place]) }
      windows += taken.count
      kept += before == 0 ? 1 : 0
    }
    while windows > sampling.mostWindows || kept > sampling.mostEntities {
      windows -= try putOutLast(schema, db)
      kept -= 1
    }
  }

  private static func size(_ db: Database, _ schema: Int64) throws -> (entities: Int, windows: Int) {
    let row = try Row.fetchOne(
      db.cachedStatement(
        sql: "SELECT COUNT(*) AS entities, IFNULL(SUM(windows), 0) AS windows FROM sampled_entities WHERE schema = ?"),
      arguments: [schema])
    guard let row else { return (0, 0) }
    return (try row.value("entities"), try row.value("windows"))
  }

  /// Priorities from which on entities stay out.
  private func cut(_ schema: Int64, isHalfEmpty: Bool, _ db: Database) throws -> Int64 {
    let row = try Row.fetchOne(
      db.cachedStatement(sql: "SELECT cut, lifted FROM sample_cuts WHERE schema = ?"), arguments: [schema])
    guard let row else { return .max }
    let cut: Int64 = try row.value("cut")
    guard isHalfEmpty, try (row.value("lifted") as Int64) < day else { return cut }
    let (doubled, overflows) = cut.multipliedReportingOverflow(by: 2)
    try db.execute(
      sql: "UPDATE sample_cuts SET cut = ?, lifted = ? WHERE schema = ?",
      arguments: [overflows ? Int64.max : doubled, day, schema])
    return overflows ? .max : doubled
  }

  /// - Returns: how many windows the entity of the greatest priority had.
  private func putOutLast(_ schema: Int64, _ db: Database) throws -> Int {
    let last = try Row.fetchOne(
      db.cachedStatement(
        sql: "SELECT priority, windows FROM sampled_entities WHERE schema = ? ORDER BY priority DESC LIMIT 1"),
      arguments: [schema])
    guard let last else { throw StoreFailure.defect("A sample without entities is too large.") }
    let priority: Int64 = try last.value("priority")
    for table in ["sampled_windows", "sampled_entities"] {
      try db.cachedStatement(sql: "DELETE FROM \(table) WHERE schema = ? AND priority = ?").execute(
        arguments: [schema, priority])
    }
    try db.cachedStatement(
      sql: """
        INSERT INTO sample_cuts (schema, cut, lifted) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET cut = excluded.cut
        """
    ).execute(arguments: [schema, priority, day])
    return try last.value("windows")
  }
}
