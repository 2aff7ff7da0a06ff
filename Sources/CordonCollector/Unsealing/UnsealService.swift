package import CordonCore
import CordonStore
package import CordonTrust
import Logging

/// A question for names, with the name of the machine that is asked.
package struct UnsealView: Sendable {
  package var record: UnsealRecord
  package var agentLabel: String
}

/// Passes on who asks an agent for the names behind pseudonyms, and what it answers; reads neither name.
///
/// Staff: one who may, with a reason. Patients: two, one of them a privacy officer. The agent checks it again. Every
/// question, signature and answer is in the ledger, by pseudonym.
package struct UnsealService: Sendable {
  let context: CollectorContext
  let authority: AuthorityBook
  let hub: UplinkHub

  package init(context: CollectorContext, authority: AuthorityBook, hub: UplinkHub) {
    self.context = context
    self.authority = authority
    self.hub = hub
  }

  /// Takes a signed question up; where its signatures suffice already, it goes out at once.
  ///
  /// Codes: those of the verifier, `clock`, `validity`, `role`, `agent-unknown`, `unseal-exists`.
  package func ask(_ envelope: Envelope, by operatorName: OperatorName) async throws -> UnsealView {
    let now = context.now
    let (verified, order) = try open(envelope, at: now)
    guard let agent = try await context.store.agent(order.agentID) else { throw FleetService.unknown(order.agentID) }
    let isEnough = Self.isEnough(verified, order.act)
    let record = UnsealRecord(
      order: order, state: isEnough ? .ordered : .proposed, envelope: try envelope.serialized(),
      askedBy: operatorName.text, askedAt: now, signedBy: verified.signers.map(\.holder),
      signatures: UInt32(clamping: verified.signatures(for: order.act)),
      signaturesNeeded: UInt32(clamping: authority.roster.threshold(for: order.act)), updatedAt: now)
    let names = order.names.map(\.entity.shortName).joined(separator: ",")
    try await context.store.addUnseal(
      record, at: now,
      try consequences(of: record, by: operatorName, ["step": "asked", "names": names, "reason": order.reason]))
    if isEnough { hub.wake([agent.id]) }
    return UnsealView(record: record, agentLabel: agent.label)
  }

  /// Adds a person's signature; with enough of them the question goes out.
  ///
  /// Codes: those of `ask`, `unseal-unknown`, `unseal-state`, `already-signed`, `unseal-changed`.
  package func approve(
    _ id: UniqueID, _ signature: EnvelopeSignature, by operatorName: OperatorName
  ) async throws -> UnsealView {
    let now = context.now
    guard var record = try await context.store.unseal(id) else {
      throw CordonError(
        .missing, "unseal-unknown", "There is no order to unseal \(id).", remedy: "cordon unseal list shows them.")
    }
    guard record.state == .proposed else {
      throw CordonError(.conflict, "unseal-state", "The order is \(record.state.rawValue); nothing is to be signed.")
    }
    var envelope = try Envelope(serialized: record.envelope)
    guard !envelope.signatures.contains(where: { $0.keyID == signature.keyID }) else {
      throw CordonError(.conflict, "already-signed", "This key has signed the order already.")
    }
    envelope.signatures.append(signature)
    let (verified, order) = try open(envelope, at: now)
    record.state = Self.isEnough(verified, order.act) ? .ordered : .proposed
    record.envelope = try envelope.serialized()
    record.signedBy = verified.signers.map(\.holder)
    record.signatures = UInt32(clamping: verified.signatures(for: order.act))
    record.updatedAt = now
    try await context.store.changeUnseal(
      record, from: .proposed, at: now, try consequences(of: record, by: operatorName, ["step": "signed"]))
    if record.state == .ordered { hub.wake([order.agentID]) }
    return UnsealView(record: record, agentLabel: try await context.store.agent(order.agentID)?.label ?? "")
  }

  /// Asked last first.
  package func list(most: Int) async throws -> [UnsealView] {
    let labels = try await context.labels()
    return try await context.store.unseals(most: CaseBook.bounded(most)).map {
      UnsealView(record: $0, agentLabel: labels[$0.order.agentID] ?? "")
    }
  }

  /// Takes in an agent's word on a question; false where the outcome is of something else.
  static func settle(_ stored: StoredOutcome, in context: CollectorContext) async throws -> Bool {
    let outcome = stored.outcome
    guard var record = try await context.store.unseal(outcome.commandID) else { return false }
    guard record.order.agentID == stored.key.agent, record.state == .ordered else {
      context.logger.warning(
        "answer to another's question ignored",
        metadata: ["agent": "\(stored.key.agent)", "order": "\(outcome.commandID)"])
      try await context.store.apply(stored.key, command: nil, at: context.now)
      return true
    }
    record.state = outcome.state == .held && outcome.unsealed.count == record.order.names.count ? .answered : .refused
    record.outcome = outcome
    record.updatedAt = context.now
    var details = ["step": record.state.rawValue]
    if !outcome.code.isEmpty { details["code"] = outcome.code }
    try await context.store.changeUnseal(
      record, from: .ordered, at: context.now,
      Consequences(ledger: [
        context.record(.unseal, by: "agent/\(stored.key.agent)", on: "unseal/\(outcome.commandID)", details)
      ]))
    // Applied last: after a crash between the two, the question is answered and the outcome is passed over.
    try await context.store.apply(stored.key, command: nil, at: context.now)
    return true
  }

  private func open(_ envelope: Envelope, at now: Timestamp) throws(CordonError) -> (VerifiedEnvelope, UnsealOrder) {
    let verified = try authority.verifier.verify(envelope, at: now)
    let order = try verified.decode(UnsealOrder.self)
    guard now < order.notAfter else {
      throw CordonError(.invalid, "clock", "The order's validity ended.", remedy: "Ask anew.")
    }
    guard order.notAfter.since(now) <= UnsealOrder.mostValidity else {
      throw CordonError(.invalid, "validity", "An order to unseal is valid for up to a day.")
    }
    for signer in verified.signers where signer.roles.isDisjoint(with: order.act.eligibleRoles) {
      throw CordonError(
        .denied, "role", "\(signer.holder)'s key may not sign for \(order.act.name).",
        remedy: "Have a holder of the role unseal sign\(order.concernsPatients ? ", and a privacy officer" : "").")
    }
    return (verified, order)
  }

  private static func isEnough(_ verified: VerifiedEnvelope, _ act: AuthorityAct) -> Bool {
    (try? verified.require(act)) != nil
  }

  private func consequences(
    of record: UnsealRecord, by operatorName: OperatorName, _ details: [String: String]
  ) throws(CordonError) -> Consequences {
    var details = details
    details["signed_by"] = record.signedBy.joined(separator: ",")
    details["state"] = record.state.rawValue
    var consequences = Consequences(ledger: [
      context.record(.unseal, by: operatorName.actor, on: "unseal/\(record.order.id)", details)
    ])
    if record.state == .ordered {
      consequences.outbound = [
        OutboundDraft(
          to: .agent(record.order.agentID), type: EnvelopeType.unseal.rawValue, envelope: record.envelope)
      ]
    }
    return consequences
  }
}
