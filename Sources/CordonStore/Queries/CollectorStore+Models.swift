package import CordonCore
import Foundation
import GRDB

extension CollectorStore {
  /// Candidates of a schema that are kept; older ones make room.
  package static let mostCandidates = 8

  /// Keeps what learning decided: models, changes of their offers, new offers, and what follows, in one transaction.
  ///
  /// - Throws: `serial-not-above` (conflict) for a new offer whose serial is not above every other of the site.
  package func recordModels(
    _ models: [ModelRecord], changing offers: [OfferRecord] = [], adding new: [OfferRecord] = [], at now: Timestamp,
    _ consequences: Consequences = .none
  ) async throws(CordonError) {
    try await write { db in
      for model in models { try ModelTable.upsert(db, model) }
      for offer in offers { try ModelTable.upsert(db, offer) }
      for offer in new { try Self.add(offer, db) }
      for schema in Set(models.map(\.schema)) { try Self.dropOldCandidates(of: schema, db) }
      try consequences.write(db, at: now)
    }
  }

  /// Every model of a schema, of all where none is given; newest first.
  package func models(schema: UInt32? = nil, most: Int = 200) async throws(CordonError) -> [ModelRecord] {
    try await read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM models WHERE ?1 IS NULL OR schema = ?1 ORDER BY created_ms DESC, id DESC LIMIT ?2",
        arguments: [schema.map { Int64($0) }, most]
      ).map(ModelTable.model)
    }
  }

  /// Nil where there is none.
  package func model(_ id: UniqueID) async throws(CordonError) -> ModelRecord? {
    try await read { db in
      try Row.fetchOne(db, sql: "SELECT * FROM models WHERE id = ?", arguments: [id.data]).map(ModelTable.model)
    }
  }

  /// The signed envelope with a SHA-256; nil where there is none.
  package func modelEnvelope(_ digest: [UInt8]) async throws(CordonError) -> [UInt8]? {
    try await read { db in
      try Data.fetchOne(db, sql: "SELECT envelope FROM models WHERE digest = ?", arguments: [Data(digest)]).map {
        [UInt8]($0)
      }
    }
  }

  /// Offers that are waiting or out, by serial.
  package func offersInForce() async throws(CordonError) -> [OfferRecord] {
    try await read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM offers WHERE state IN ('waiting', 'sent') ORDER BY serial"
      ).map(ModelTable.offer)
    }
  }

  /// Every offer of a schema, newest first.
  package func offers(schema: UInt32, most: Int = 200) async throws(CordonError) -> [OfferRecord] {
    try await read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM offers WHERE schema = ? ORDER BY serial DESC LIMIT ?", arguments: [Int64(schema), most]
      ).map(ModelTable.offer)
    }
  }

  /// The highest serial of any offer; 0 before the first.
  package func highestOffer() async throws(CordonError) -> UInt64 {
    try await read { db in UInt64(clamping: try Self.highestOffer(db)) }
  }

  /// What an agent said of an envelope, or that it was sent; nil where it never was put on its way.
  package func outbound(of agent: AgentID, envelope: [UInt8]) async throws(CordonError) -> OutboundRecord? {
    try await read { db in
      try Row.fetchOne(
        db, sql: "SELECT * FROM outbound WHERE agent = ? AND envelope = ? ORDER BY serial DESC LIMIT 1",
        arguments: [agent.text, Data(envelope)]
      ).map(Self.outbound)
    }
  }

  private static func add(_ offer: OfferRecord, _ db: Database) throws {
    let highest = try highestOffer(db)
    guard offer.serial > UInt64(clamping: highest), offer.serial <= UInt64(Int64.max) else {
      throw CordonError(
        .conflict, "serial-not-above", "The offer has serial \(offer.serial); this site is at \(highest).",
        remedy: "Sign it again with serial \(highest + 1): cordon model promote does both.")
    }
    try ModelTable.upsert(db, offer)
  }

  private static func highestOffer(_ db: Database) throws -> Int64 {
    try Int64.fetchOne(db, sql: "SELECT MAX(serial) FROM offers") ?? 0
  }

  private static func dropOldCandidates(of schema: UInt32, _ db: Database) throws {
    try db.execute(
      sql: """
        DELETE FROM models WHERE id IN (SELECT id FROM models WHERE schema = ? AND state = 'candidate'
          ORDER BY created_ms DESC LIMIT -1 OFFSET ?)
        """, arguments: [Int64(schema), mostCandidates])
  }
}
