import CordonCore
import Foundation
import GRDB

/// Rows of `models` and `offers`, both ways.
enum ModelTable {
  static func upsert(_ db: Database, _ model: ModelRecord) throws {
    try db.execute(
      sql: """
        INSERT INTO models
          (id, schema, state, number, payload, envelope, digest, made_by, promoted_by, created_ms, updated_ms)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET state = excluded.state, envelope = excluded.envelope, digest = excluded.digest,
          promoted_by = excluded.promoted_by, updated_ms = excluded.updated_ms
        """,
      arguments: [
        model.id.data, Int64(model.schema), model.state.rawValue, Int64(bitPattern: model.number), Data(model.payload),
        model.envelope.isEmpty ? nil : Data(model.envelope), model.digest.isEmpty ? nil : Data(model.digest),
        model.madeBy, model.promotedBy, model.createdAt.milliseconds, model.updatedAt.milliseconds,
      ])
  }

  static func model(_ row: Row) throws -> ModelRecord {
    ModelRecord(
      id: try row.id("id", of: "models"), schema: try row.unsigned32("schema"),
      state: try row.choice(ModelRecord.State.self, "state", of: "models"),
      number: UInt64(bitPattern: try row.value("number")), payload: try row.bytes("payload"),
      envelope: try row.bytesIfAny("envelope") ?? [], digest: try row.bytesIfAny("digest") ?? [],
      madeBy: try row.value("made_by"),
      promotedBy: try row.value("promoted_by"), createdAt: try row.time("created_ms"),
      updatedAt: try row.time("updated_ms"))
  }

  static func upsert(_ db: Database, _ offer: OfferRecord) throws {
    try db.execute(
      sql: """
        INSERT INTO offers (serial, model, schema, role, ring, team, envelope, state, made_by, made_ms, sent_ms)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (serial) DO UPDATE SET state = excluded.state, sent_ms = excluded.sent_ms
        """,
      arguments: [
        Int64(clamping: offer.serial), offer.model.data, Int64(offer.schema), offer.role.rawValue, Int64(offer.ring),
        offer.group, Data(offer.envelope), offer.state.rawValue, offer.madeBy, offer.madeAt.milliseconds,
        offer.sentAt?.milliseconds ?? 0,
      ])
  }

  static func offer(_ row: Row) throws -> OfferRecord {
    let sent: Int64 = try row.value("sent_ms")
    return OfferRecord(
      serial: try row.unsigned("serial"), model: try row.id("model", of: "offers"),
      schema: try row.unsigned32("schema"),
      role: try row.choice(ModelOffer.Role.self, "role", of: "offers"), ring: try row.unsigned32("ring"),
      group: try row.valueIfAny("team"), envelope: try row.bytes("envelope"),
      state: try row.choice(OfferRecord.State.self, "state", of: "offers"), madeBy: try row.value("made_by"),
      madeAt: try row.time("made_ms"), sentAt: sent == 0 ? nil : Timestamp(milliseconds: sent))
  }
}
