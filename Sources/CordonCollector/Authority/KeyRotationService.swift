import CordonCore
import CordonStore
package import CordonTrust
import Logging

/// Passes on the next epoch's keys of names, sealed to each agent; opens none, for it holds neither an agent's key nor
/// the site's.
package struct KeyRotationService: Sendable {
  /// Envelopes of one call.
  package static let mostEnvelopes = 1_000
  /// The newest epoch that was passed on, four bytes, big-endian.
  private static let metaKey = "key-epoch"

  private let context: CollectorContext
  private let authority: AuthorityBook
  private let hub: UplinkHub

  package init(context: CollectorContext, authority: AuthorityBook, hub: UplinkHub) {
    self.context = context
    self.authority = authority
    self.hub = hub
  }

  /// Takes signed envelopes of one epoch, one an agent, and puts them on their way; how many agents that are.
  ///
  /// The newest epoch may come again, for agents that enrolled meanwhile. An agent that is away gets each in its order
  /// when it returns. Codes: those of the verifier, `rotation-count`, `rotation-mixed`, `rolled-back`, `agent-unknown`.
  package func submit(_ envelopes: [Envelope], by operatorName: OperatorName) async throws -> Int {
    guard (1...Self.mostEnvelopes).contains(envelopes.count) else {
      throw CordonError(
        .invalid, "rotation-count",
        "\(envelopes.count) envelopes of keys came; 1 to \(Self.mostEnvelopes) are one call's.")
    }
    let now = context.now
    var rotations: [KeyRotation] = []
    var signers: Set<String> = []
    for envelope in envelopes {
      let verified = try authority.verifier.verify(envelope, for: .rotateKeys, at: now)
      signers.formUnion(verified.signers.map(\.holder))
      rotations.append(try verified.decode(KeyRotation.self))
    }
    let first = rotations[0]
    let isOne = rotations.allSatisfy {
      $0.epoch == first.epoch && $0.begins == first.begins && $0.linkableUntil == first.linkableUntil
    }
    guard isOne, Set(rotations.map(\.agentID)).count == rotations.count else {
      throw CordonError(.invalid, "rotation-mixed", "The envelopes are not of one rotation, one for each agent.")
    }
    let newest = try await context.store.meta(Self.metaKey).map(Self.epoch) ?? 0
    guard first.epoch >= newest else {
      throw CordonError(
        .denied, "rolled-back",
        "The keys are of epoch \(first.epoch); those of epoch \(newest) are on their way already.")
    }
    var consequences = Consequences(ledger: [
      context.record(
        .keysRotated, by: operatorName.actor, on: "key-epoch/\(first.epoch)",
        [
          "agents": "\(rotations.count)", "begins_ms": "\(first.begins.milliseconds)",
          "linkable_until_ms": "\(first.linkableUntil.milliseconds)",
          "signed_by": signers.sorted().joined(separator: ","),
        ])
    ])
    for (envelope, rotation) in zip(envelopes, rotations) {
      consequences.outbound.append(
        OutboundDraft(
          to: .agent(rotation.agentID), type: envelope.type.rawValue, envelope: try envelope.serialized()))
    }
    consequences.meta[Self.metaKey] = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: first.epoch >> $0) }
    try await context.store.decide(consequences, at: now)
    hub.wake(rotations.map(\.agentID))
    context.logger.notice(
      "keys of names passed on", metadata: ["epoch": "\(first.epoch)", "agents": "\(rotations.count)"])
    return rotations.count
  }

  private static func epoch(_ bytes: [UInt8]) -> UInt32 { bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }
}
