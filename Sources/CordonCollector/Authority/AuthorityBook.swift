package import CordonCore
import CordonStore
package import CordonTrust
import Synchronization

/// The roster and the policies in force, and the only way in for their successors.
///
/// The collector can neither make nor change them: it checks what operators submit exactly as agents will, keeps the
/// envelope as it came, and passes it on.
package final class AuthorityBook: Sendable {
  /// A policy with the envelope that agents will see.
  package struct Applied: Sendable {
    package var policy: Policy
    package var envelope: Envelope
  }

  private struct State {
    var roster: Roster
    var rosterEnvelope: Envelope
    /// The newest of each group.
    var policies: [String: Applied]
  }

  private let context: CollectorContext
  private let state: Mutex<State>

  /// The newest policies that are read at start; an older one of a group is out of force by then.
  private static let mostPolicies = 1_000

  /// Reads what the store holds; a store without a roster takes the grant's.
  package static func open(_ context: CollectorContext) async throws -> AuthorityBook {
    let granted = context.identity.grant.roster
    var envelope = granted
    var roster = try EnvelopeVerifier.bootstrap(granted)
    if let stored = try await context.store.newestRoster() {
      envelope = try Envelope(serialized: stored.envelope)
      let newest = try Roster(payload: envelope.payload)
      guard newest.serial >= roster.serial else {
        throw CordonError(
          .conflict, "roster-older", "The store's roster \(newest.serial) is older than the grant's \(roster.serial).",
          remedy: "Restore the store that belongs to this folder, or one that is at least as new as its grant.")
      }
      roster = newest
    } else {
      try await context.store.storeAuthority(
        AuthorityRecord(
          kind: .roster, serial: roster.serial, envelope: try granted.serialized(), storedAt: context.now,
          storedBy: "grant"),
        Consequences(ledger: [context.record(.rosterSubmitted, on: "roster/\(roster.serial)", ["source": "grant"])]))
    }
    var policies: [String: Applied] = [:]
    for stored in try await context.store.authority(.policy, most: mostPolicies) where policies[stored.group] == nil {
      let envelope = try Envelope(serialized: stored.envelope)
      policies[stored.group] = Applied(policy: try Policy(payload: envelope.payload), envelope: envelope)
    }
    return AuthorityBook(
      context: context, state: State(roster: roster, rosterEnvelope: envelope, policies: policies))
  }

  private init(context: CollectorContext, state: State) {
    self.context = context
    self.state = Mutex(state)
  }

  package var roster: Roster { state.withLock { $0.roster } }
  package var rosterEnvelope: Envelope { state.withLock { $0.rosterEnvelope } }
  package var verifier: EnvelopeVerifier { EnvelopeVerifier(roster: roster) }
  /// Highest serial of any group's policy; 0 before the first.
  package var siteSerial: UInt64 { state.withLock { $0.policies.values.map(\.policy.serial).max() ?? 0 } }
  /// The longest interval in which agents of any group report.
  package var longestHeartbeat: Duration {
    state.withLock { state in
      state.policies.values.map(\.policy.heartbeat).max() ?? Policy.observeOnly.heartbeat
    }
  }

  /// What agents of a group follow: the newer of the site's policy and the group's own.
  package func applied(to group: String) -> Applied? {
    state.withLock { state in
      [state.policies[""], state.policies[group]].compactMap(\.self).max { $0.policy.serial < $1.policy.serial }
    }
  }

  /// As `applied`, and before any policy the built-in one, which observes only.
  package func policy(of group: String) -> Policy { applied(to: group)?.policy ?? .observeOnly }

  /// Takes a roster that the one in force allows; agents get it next.
  ///
  /// Codes: those of `EnvelopeVerifier.successor`, and `rolled-back` where another came first.
  package func submitRoster(_ envelope: Envelope, by operatorName: OperatorName) async throws -> UInt64 {
    let next = try verifier.successor(envelope, at: context.now)
    let bytes = try envelope.serialized()
    try await context.store.storeAuthority(
      AuthorityRecord(
        kind: .roster, serial: next.serial, envelope: bytes, storedAt: context.now, storedBy: operatorName.text),
      Consequences(
        ledger: [
          context.record(
            .rosterSubmitted, by: operatorName.actor, on: "roster/\(next.serial)",
            ["keys": "\(next.keys.count)", "not_after_ms": "\(next.notAfter.milliseconds)"])
        ],
        // Each roster is checked against the one before it: none takes another's place on the way.
        outbound: [OutboundDraft(to: .everyone, type: envelope.type.rawValue, envelope: bytes)]))
    state.withLock { state in
      guard next.serial > state.roster.serial else { return }
      state.roster = next
      state.rosterEnvelope = envelope
    }
    return next.serial
  }

  /// Takes a policy that enough have signed, with a serial above every other of the site; its agents get it next.
  ///
  /// Codes: those of `EnvelopeVerifier.verify`, `threshold`, `rolled-back`.
  ///
  package func applyPolicy(_ envelope: Envelope, by operatorName: OperatorName) async throws -> Policy {
    let verified = try verifier.verify(envelope, for: .policy, at: context.now)
    let policy = try verified.decode(Policy.self)
    let highest = siteSerial
    guard policy.serial > highest else {
      throw CordonError(
        .denied, "rolled-back", "The policy's serial is \(policy.serial); the site's highest is \(highest).",
        remedy: "Give it a serial above \(highest) and sign it again: cordon policy apply does both.")
    }
    let bytes = try envelope.serialized()
    try await context.store.storeAuthority(
      AuthorityRecord(
        kind: .policy, serial: policy.serial, group: policy.group, envelope: bytes, storedAt: context.now,
        storedBy: operatorName.text),
      Consequences(
        ledger: [
          context.record(
            .policyApplied, by: operatorName.actor, on: "policy/\(policy.serial)",
            [
              "name": policy.name, "group": policy.group,
              "signed_by": verified.signers.map(\.holder).sorted().joined(separator: ","),
            ])
        ],
        outbound: [
          OutboundDraft(
            to: policy.group.isEmpty ? .everyone : .group(policy.group), type: envelope.type.rawValue,
            envelope: bytes, supersedesType: true)
        ]))
    state.withLock { state in
      guard policy.serial > state.policies[policy.group]?.policy.serial ?? 0 else { return }
      state.policies[policy.group] = Applied(policy: policy, envelope: envelope)
    }
    return policy
  }
}
