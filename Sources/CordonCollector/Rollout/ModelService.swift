package import CordonCore
import CordonLearning
import CordonStore
package import CordonTrust
import Logging

/// Models as operators see and move them: what there is, what became of it on agents, who gets it next.
///
/// The collector can sign no bundle. It keeps what operators sign, sends it ring by ring, and can take it back by
/// itself only where a policy lets its standing key.
package struct ModelService: Sendable {
  /// What an operator signs to promote a model.
  package struct Plan: Sendable {
    package var record: ModelRecord
    /// Each ring's group, in order; nil: everyone else. Empty for a model that the collector runs itself.
    package var rings: [String?]
    /// The serial of the first ring's offer; each further ring's is one higher.
    package var nextSerial: UInt64
  }

  /// What an operator signed.
  package struct Promotion: Sendable {
    package var id: UniqueID
    /// Around the bundle; nil where the collector has it already.
    package var envelope: Envelope?
    /// One a ring, in order.
    package var offers: [(group: String?, envelope: Envelope)]
    package var role: ModelOffer.Role
    /// Promote although the shadow's gates object.
    package var overridesGates: Bool
    /// Back to a model that was in force before.
    package var isRollback: Bool

    package init(
      id: UniqueID, envelope: Envelope?, offers: [(group: String?, envelope: Envelope)], role: ModelOffer.Role,
      overridesGates: Bool = false, isRollback: Bool = false
    ) {
      self.id = id
      self.envelope = envelope
      self.offers = offers
      self.role = role
      self.overridesGates = overridesGates
      self.isRollback = isRollback
    }
  }

  let context: CollectorContext
  let authority: AuthorityBook
  let hub: UplinkHub
  let codec: ModelCodec
  let thresholds: ThresholdDesk

  package init(
    context: CollectorContext, authority: AuthorityBook, hub: UplinkHub, codec: ModelCodec, thresholds: ThresholdDesk
  ) {
    self.context = context
    self.authority = authority
    self.hub = hub
    self.codec = codec
    self.thresholds = thresholds
  }

  /// What is to be signed to promote a model, to every ring or to one group alone. Code: `model-unknown`.
  package func plan(_ id: UniqueID, group: String? = nil) async throws -> Plan {
    let record = try await require(id)
    let rings = Self.runsOnAgents(record) ? RingPlan.rings(authority.policy(of: ""), only: group) : []
    return Plan(record: record, rings: rings, nextSerial: try await context.store.highestOffer() + 1)
  }

  /// What is to be signed to go back to the champion before, at once everywhere.
  ///
  /// Codes: `unknown-schema`, `no-champion`, `nothing-before`.
  package func rollbackPlan(_ name: String) async throws -> Plan {
    let schema = try ModelTraining.schema(named: name)
    let before = try await predecessor(of: schema)
    return Plan(
      record: before, rings: Self.runsOnAgents(before) ? [nil] : [],
      nextSerial: try await context.store.highestOffer() + 1)
  }

  /// Takes what operators signed, and sends the first ring's offer.
  ///
  /// Codes: `model-unknown`, those of the verifier, `payload-differs`, `offers`, `offer-differs`, `model-gates`,
  /// `serial-not-above`.
  package func promote(_ promotion: Promotion, by operatorName: OperatorName) async throws -> ModelRecord {
    let now = context.now
    var record = try await require(promotion.id)
    var signers: Set<String> = []
    if let envelope = promotion.envelope { signers = try seal(&record, with: envelope, at: now) }
    guard !record.envelope.isEmpty else {
      throw CordonError(.invalid, "unsigned", "Nobody has signed the model \(record.id) yet.")
    }
    var offers = try promotion.offers.enumerated().map { index, offer in
      try verified(offer.envelope, ring: index, group: offer.group, of: record, promotion, signers: &signers, at: now)
    }
    guard offers.isEmpty != Self.runsOnAgents(record) else {
      throw CordonError(
        .invalid, "offers", "A model for agents needs an offer for each ring, one that the collector runs none.")
    }
    if promotion.role == .champion, record.state == .shadow, !promotion.overridesGates {
      try await checkGates(record)
    }
    let before = try await context.store.models(schema: record.schema)
    let inForce = try await context.store.offersInForce().filter { $0.schema == record.schema }
    record.state = promotion.role == .shadow ? .shadow : .champion
    record.promotedBy = operatorName.text
    record.updatedAt = now
    let replaced = Self.replaced(by: record, among: before, at: now)
    if !offers.isEmpty {
      offers[0].state = .sent
      offers[0].sentAt = now
    }
    let ended = RingPlan.superseded(
      inForce.filter { $0.role == promotion.role || $0.model == record.id }, by: offers.map(\.group)
    ).map { offer in
      var ended = offer
      ended.state = .superseded
      return ended
    }
    let agents = offers.isEmpty ? [] : try await members(of: offers[0], among: offers)
    let kind: LedgerRecord.Kind = promotion.isRollback ? .modelRolledBack : .modelPromoted
    try await context.store.recordModels(
      [record] + replaced, changing: ended, adding: offers, at: now,
      Consequences(
        ledger: [
          context.record(
            kind, by: operatorName.actor, on: "model/\(record.id)",
            [
              "role": promotion.role.name, "schema": "\(record.schema)", "digest": Hex.encode(record.digest),
              "signed_by": signers.sorted().joined(separator: ","), "rings": "\(offers.count)",
              "gates": promotion.overridesGates ? "overridden" : "kept",
            ])
        ],
        outbound: agents.map { OutboundDraft(to: .agent($0.id), type: offers[0].type, envelope: offers[0].envelope) }))
    thresholds.reset()
    hub.wake(agents.map(\.id))
    return record
  }

  // MARK: Private

  /// Agents score hosts; what the collector merges, it scores itself.
  static func runsOnAgents(_ record: ModelRecord) -> Bool {
    FeatureSchema.withID(record.schema).map { !AlertBudget.isScoredHere($0) } ?? true
  }

  func require(_ id: UniqueID) async throws -> ModelRecord {
    guard let record = try await context.store.model(id) else {
      throw CordonError(
        .missing, "model-unknown", "There is no model \(id).", remedy: "cordon model list shows them.")
    }
    return record
  }

  /// The champion before the present one.
  func predecessor(of schema: FeatureSchema) async throws -> ModelRecord {
    let models = try await context.store.models(schema: schema.id)
    guard let champion = models.first(where: { $0.state == .champion }) else {
      throw CordonError(.missing, "no-champion", "\(schema.name) has no model in force: the baseline alone judges.")
    }
    let parent = try codec.decode(champion.payload).lineage.parentID
    let retired = models.filter { $0.state == .retired && !$0.envelope.isEmpty && $0.id != champion.id }
    guard let before = retired.first(where: { $0.id == parent }) ?? retired.max(by: { $0.updatedAt < $1.updatedAt })
    else {
      throw CordonError(
        .missing, "nothing-before", "\(schema.name) had no model before the one in force.",
        remedy: "Train and promote another, or set learning.enabled to false in the policy.")
    }
    return before
  }

  /// Enrolled agents whom an offer concerns.
  func members(of offer: OfferRecord, among offers: [OfferRecord]) async throws -> [AgentRecord] {
    try await context.store.agents().filter { agent in
      agent.state == .enrolled && RingPlan.offer(for: agent.group, among: offers)?.serial == offer.serial
    }
  }

  /// Keeps the signed envelope with its record; who signed.
  private func seal(_ record: inout ModelRecord, with envelope: Envelope, at now: Timestamp) throws -> Set<String> {
    guard envelope.type == .model else {
      throw CordonError(.invalid, "envelope-type", "A model was expected; this is a \(envelope.type.rawValue).")
    }
    let verified = try authority.verifier.verify(envelope, for: .model, at: now)
    guard verified.payload == record.payload else {
      throw CordonError(
        .invalid, "payload-differs", "What was signed is not the candidate \(record.id).",
        remedy: "Fetch the candidate again and sign it: cordon model promote does both.")
    }
    record.envelope = try envelope.serialized()
    record.digest = ModelTraining.digest(of: record.envelope)
    return Set(verified.signers.map(\.holder))
  }

  private func verified(
    _ envelope: Envelope, ring: Int, group: String?, of record: ModelRecord, _ promotion: Promotion,
    signers: inout Set<String>, at now: Timestamp
  ) throws -> OfferRecord {
    let verified = try authority.verifier.verify(envelope, for: .model, at: now)
    let offer = try verified.decode(ModelOffer.self)
    guard offer.digest == record.digest, Int(offer.size) == record.envelope.count, offer.schema == record.schema,
      offer.role == promotion.role, Int(offer.ring) == ring
    else {
      throw CordonError(.invalid, "offer-differs", "The offer of ring \(ring) is not of this model, role and ring.")
    }
    signers.formUnion(verified.signers.map(\.holder))
    return OfferRecord(
      serial: offer.serial, model: record.id, schema: record.schema, role: offer.role, ring: offer.ring, group: group,
      envelope: try envelope.serialized(), madeBy: signers.sorted().joined(separator: ","), madeAt: now)
  }

  private func checkGates(_ record: ModelRecord) async throws {
    let objections = try await shadowReport(record).objections
    guard objections.isEmpty else {
      throw CordonError(
        .denied, "model-gates", "The model \(record.id) does not pass: \(objections.joined(separator: "; ")).",
        remedy: "Let it run as a shadow for longer, or override with --force; the ledger says so.")
    }
  }

  /// Models of the schema whose place a promoted one takes.
  private static func replaced(
    by record: ModelRecord, among models: [ModelRecord], at now: Timestamp
  ) -> [ModelRecord] {
    models.filter { $0.id != record.id && $0.state == record.state }.map { model in
      var retired = model
      retired.state = .retired
      retired.updatedAt = now
      return retired
    }
  }
}

extension OfferRecord {
  /// The envelope's type.
  var type: String { EnvelopeType.modelOffer.rawValue }
}
