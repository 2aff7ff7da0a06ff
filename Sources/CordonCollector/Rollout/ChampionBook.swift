package import CordonCore
package import CordonLearning
package import CordonStore
import CordonTrust
import Crypto
import Synchronization

/// The champion of each schema, decoded once, for what the collector itself scores and judges.
package final class ChampionBook: Sendable {
  /// A model that scores.
  package struct Champion: Sendable {
    package var record: ModelRecord
    package var bundle: ModelBundle
    package var model: BoundModel

    package var number: UInt64 { record.number }
    package func thresholds(of scales: [Scale]) -> [Double] { bundle.thresholds(of: scales) }
  }

  private let store: CollectorStore
  private let codec: ModelCodec
  private let kept = Mutex<[UInt32: Champion]>([:])

  package init(store: CollectorStore, codec: ModelCodec) {
    self.store = store
    self.codec = codec
  }

  /// Nil while the baseline alone judges.
  package func champion(of schema: FeatureSchema) async throws -> Champion? {
    let record = try await store.models(schema: schema.id).first { $0.state == .champion }
    guard let record else { return nil }
    if let known = kept.withLock({ $0[schema.id] }), known.record.id == record.id { return known }
    let champion = try bind(record, to: schema)
    kept.withLock { $0[schema.id] = champion }
    return champion
  }

  /// A stored model, ready to score windows of its schema.
  package func bind(_ record: ModelRecord, to schema: FeatureSchema) throws -> Champion {
    let bundle = try codec.decode(record.payload)
    return Champion(record: record, bundle: bundle, model: try BoundModel(bundle, to: schema, digest: \.digest))
  }

  /// What analysts' labels multiply a schema's alert rate with.
  package func feedback(of schema: FeatureSchema) async throws -> Double {
    try await FeedbackLedger(store: store).factor(of: schema.id)
  }

  /// First 8 bytes of a SHA-256, most significant first.
  package static func number(_ bytes: [UInt8]) -> UInt64 {
    SHA256.hash(data: bytes).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}

extension Hex {
  /// 16 digits.
  static func encode(_ number: UInt64) -> String {
    encode((0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * (7 - $0))) })
  }
}
