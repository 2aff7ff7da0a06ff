package import CordonCore
import CordonLearning
import CordonStore
import Crypto
import Logging
import Synchronization

/// Makes candidates of what the store holds: on request, or as often as the policy says.
///
/// A candidate obeys nobody and commands nobody: it is bytes that an operator may sign.
package final class ModelTraining: Sendable {
  /// Days of receipt that are looked at.
  package static let days: Int64 = 28
  /// Incidents that are looked at for windows to leave out.
  private static let mostIncidents = 10_000

  private let context: CollectorContext
  private let authority: AuthorityBook
  private let codec: ModelCodec
  private let isBusy = Mutex(false)

  package init(context: CollectorContext, authority: AuthorityBook, codec: ModelCodec) {
    self.context = context
    self.authority = authority
    self.codec = codec
  }

  /// Trains a candidate of a schema and keeps it.
  ///
  /// Codes: `training-busy`, `unknown-schema`, `too-little-data`, `oversized`.
  package func train(
    _ name: String, by actor: String? = nil, progress: @escaping (TrainingProgress) async throws -> Void = { _ in }
  ) async throws -> ModelRecord {
    try await make(try Self.schema(named: name), nil, by: actor, progress)
  }

  /// Makes a candidate of a model that was made elsewhere: replays what the store holds for its thresholds, and keeps it.
  ///
  /// - Parameter payload: an encoded bundle over a schema's features; its thresholds and lineage are not believed.
  ///
  /// Codes: as `train`, and those of `BoundModel` and of a hostile bundle.
  package func bring(
    _ payload: [UInt8], by actor: String, progress: @escaping (TrainingProgress) async throws -> Void = { _ in }
  ) async throws -> ModelRecord {
    let bundle = try codec.decode(payload)
    guard let schema = FeatureSchema.withID(bundle.schema) else {
      throw CordonError(
        .invalid, "unknown-schema", "The model reads schema \(bundle.schema), which is not known.",
        remedy: "Import it with --schema, such as --schema host@host.")
    }
    return try await make(schema, bundle, by: actor, progress)
  }

  private func make(
    _ schema: FeatureSchema, _ imported: ModelBundle?, by actor: String?,
    _ progress: @escaping (TrainingProgress) async throws -> Void
  ) async throws -> ModelRecord {
    guard isBusy.withLock({ busy in if busy { return false } else { busy = true; return true } }) else {
      throw CordonError(
        .unavailable, "training-busy", "Another training runs.", remedy: "Wait until it is done: cordon model list.")
    }
    defer { isBusy.withLock { $0 = false } }
    let now = context.now
    let policy = authority.policy(of: "")
    try await progress(TrainingProgress(phase: .read, done: 0, total: 1))
    try await TrainingSample.takeUp(context.store)
    let windows = try await TrainingWindows.read(
      context.store, schema: schema, since: now.advanced(by: .seconds(-Self.days * 86_400)),
      without: try await exclusions())
    let parent = try await context.store.models(schema: schema.id).first { $0.state == .champion }
    let seed = context.ids.withRandomness { $0.next() }
    var training = try CandidateTraining(
      windows,
      CandidateTraining.Settings(
        schema: schema, policy: policy, feedback: try await FeedbackLedger(store: context.store).factor(of: schema.id),
        sharers: try await ThresholdDesk(store: context.store).sharers(of: schema), seed: seed,
        lineage: ModelLineage(
          modelID: context.ids.next(at: now), parentID: parent?.id, codeVersion: context.version, created: now),
        offset: { SiteTime.offset(in: policy.timeZone, at: $0) }, progress: progress, digest: Self.digest),
      imported: imported)
    return try await keep(try await training.run(), by: actor ?? context.actor, at: now)
  }

  /// The schema with a name such as `host@host`. Code: `unknown-schema`.
  package static func schema(named name: String) throws(CordonError) -> FeatureSchema {
    guard let schema = FeatureSchema.all.first(where: { $0.name == name }) else {
      throw CordonError(
        .invalid, "unknown-schema", "There is no schema “\(name.prefix(40))”.",
        remedy: "Use one of: \(FeatureSchema.all.map(\.name).joined(separator: ", ")).")
    }
    return schema
  }

  private func keep(_ bundle: ModelBundle, by actor: String, at now: Timestamp) async throws -> ModelRecord {
    let payload = try codec.encode(bundle)
    let record = ModelRecord(
      id: bundle.lineage.modelID, schema: bundle.schema, number: ChampionBook.number(payload), payload: payload,
      madeBy: actor, createdAt: now, updatedAt: now)
    try await context.store.recordModels(
      [record], at: now,
      Consequences(ledger: [
        context.record(
          .modelTrained, by: actor, on: "model/\(record.id)",
          [
            "schema": FeatureSchema.withID(bundle.schema)?.name ?? "\(bundle.schema)",
            "sample": Hex.encode(bundle.lineage.sampleDigest), "rows": "\(bundle.lineage.rows)",
            "payload": Hex.encode(Self.digest(of: payload)),
          ])
      ]))
    context.logger.notice("model trained", metadata: ["model": "\(record.id)", "rows": "\(bundle.lineage.rows)"])
    return record
  }

  private func exclusions() async throws -> TrainingExclusions {
    var exclusions = TrainingExclusions()
    for incident in try await context.store.incidents(closedToo: true, most: Self.mostIncidents) {
      exclusions.add(incident, try await context.store.detections(of: incident.id))
    }
    return exclusions
  }

  private static func digest(_ sample: [Float]) -> [UInt8] {
    var hash = SHA256()
    for value in sample {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { hash.update(bufferPointer: $0) }
    }
    return Array(hash.finalize())
  }

  static func digest(of bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }
}
