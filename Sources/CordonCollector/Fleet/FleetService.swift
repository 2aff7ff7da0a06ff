package import CordonCore
import CordonStore
import CordonTrust
import Logging

/// Enrolled agents and the tokens that let them in.
package struct FleetService: Sendable {
  /// An agent with whether it is on the line.
  package struct AgentView: Sendable {
    package var record: AgentRecord
    package var isConnected: Bool
  }

  private let context: CollectorContext
  private let hub: UplinkHub

  package init(context: CollectorContext, hub: UplinkHub) {
    self.context = context
    self.hub = hub
  }

  /// A new token; its text is shown this once. Codes: `token-lifetime`, `token-uses`, `group`.
  package func createToken(
    group: String, lifetime: Duration, uses: UInt32, by operatorName: OperatorName
  ) async throws -> (record: TokenRecord, text: String) {
    guard group.utf8.count <= Self.longestGroup else {
      throw CordonError(.invalid, "group", "A group's name has at most \(Self.longestGroup) bytes.")
    }
    // The root that this collector's own certificate chains to: while the CA rolls, others are trusted beside it.
    guard let root = context.identity.grant.roots.first, let pin = KeyDigest(of: root) else {
      throw CordonError(.defect, "trust-bundle", "The site's CA root has no P-256 key to pin.")
    }
    let token = context.ids.withRandomness { EnrolmentToken(pin: pin, randomness: &$0) }
    let record = try TokenRecord(
      token, group: group, lifetime: lifetime, uses: uses, createdBy: operatorName.text, at: context.now)
    try await context.store.createToken(
      record,
      Consequences(ledger: [
        context.record(
          .tokenCreated, by: operatorName.actor, on: "token/\(token.id)",
          ["group": group, "uses": "\(uses)", "not_after_ms": "\(record.notAfter.milliseconds)"])
      ]))
    return (record, token.text)
  }

  /// Bytes of UTF-8.
  package static let longestGroup = 128

  package func tokens() async throws -> [TokenRecord] { try await context.store.tokens() }

  /// Code: `token-unknown`.
  package func revokeToken(_ id: String, by operatorName: OperatorName) async throws {
    try await context.store.revokeToken(
      id, at: context.now,
      Consequences(ledger: [context.record(.tokenRevoked, by: operatorName.actor, on: "token/\(id)")]))
  }

  package func agents() async throws -> [AgentView] {
    let live = hub.connected
    return try await context.store.agents().map { AgentView(record: $0, isConnected: live.contains($0.id)) }
  }

  /// How many enrolled agents a group has; the whole site's for an empty name.
  package func agents(in group: String) async throws -> Int {
    try await context.store.agents().count { $0.state == .enrolled && (group.isEmpty || $0.group == group) }
  }

  /// One agent with the records of it that will never come. Code: `agent-unknown`.
  package func agent(_ id: AgentID) async throws -> (view: AgentView, gaps: [RecordGap]) {
    guard let record = try await context.store.agent(id) else { throw Self.unknown(id) }
    let gaps = try await context.store.gaps(of: id)
    return (AgentView(record: record, isConnected: hub.connected.contains(id)), gaps)
  }

  /// Never listened to again: its certificate is refused, and its connections close. Code: `agent-unknown`.
  package func revoke(_ id: AgentID, reason: String, by operatorName: OperatorName) async throws {
    guard try await context.store.agent(id) != nil else { throw Self.unknown(id) }
    try await context.store.setState(
      of: id, to: .revoked, reason: reason, at: context.now,
      Consequences(ledger: [
        context.record(.agentRevoked, by: operatorName.actor, on: "agent/\(id)", ["reason": reason])
      ]))
    context.trust.revoke(.agent(id))
    hub.expel(id)
    context.logger.notice("agent revoked", metadata: ["agent": "\(id)", "by": "\(operatorName.text)"])
  }

  static func unknown(_ id: AgentID) -> CordonError {
    CordonError(.missing, "agent-unknown", "There is no agent \(id).", remedy: "cordon agent list shows all.")
  }
}
