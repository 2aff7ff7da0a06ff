package import CordonCore
import CordonStore
package import CordonTrust

/// People with certificates for Admin; what agents obey is the roster's, not this.
package struct OperatorService: Sendable {
  private let context: CollectorContext

  package init(context: CollectorContext) { self.context = context }

  /// Writes down the operators whom the site granted, where they are not known yet.
  package func admitGranted() async throws {
    let known = Set(try await context.store.operators().map(\.name))
    for granted in context.identity.grant.operators where !known.contains(granted.name) {
      let roles = granted.roles.sorted().map(\.rawValue)
      try await context.store.saveOperator(
        OperatorRecord(
          name: granted.name, roles: roles, keyDigest: Self.unknownKey, certificateNotAfter: .epoch,
          addedAt: context.now),
        at: context.now,
        Consequences(ledger: [
          context.record(
            .operatorAdded, on: "operator/\(granted.name)",
            ["roles": roles.joined(separator: ","), "source": "grant"])
        ]))
    }
  }

  /// The grant names people, not their keys: their certificates are the site root's.
  private static let unknownKey = [UInt8](repeating: 0, count: KeyDigest.length)

  /// Gives a person a certificate, or a new one and other roles; one of another key is refused from then on.
  ///
  /// Codes: `identity-name`, `operator-roles`, `signing-request`, `operator-revoked`.
  package func add(
    name: String, roles: [String], request: [UInt8], by operatorName: OperatorName
  ) async throws -> (record: OperatorRecord, chain: CertificateChain) {
    let identity = try PeerIdentity(.operator, name)
    let wanted = try SigningRequest(der: request)
    let parsed = try Self.parse(roles)
    let chain = try context.identity.authority.issue(identity, for: wanted, at: context.now)
    let record = OperatorRecord(
      name: name, roles: parsed.sorted().map(\.rawValue), keyDigest: wanted.keyDigest.bytes,
      certificateNotAfter: chain.notAfter, addedAt: context.now)
    try await context.store.saveOperator(
      record, at: context.now,
      Consequences(ledger: [
        context.record(
          .operatorAdded, by: operatorName.actor, on: "operator/\(name)",
          ["roles": record.roles.joined(separator: ","), "key": "\(wanted.keyDigest)"])
      ]))
    return (record, chain)
  }

  package func all() async throws -> [OperatorRecord] { try await context.store.operators() }

  /// Closes the person's connections and refuses their certificate. Codes: `operator-unknown`, `last-admin`.
  package func revoke(_ name: String, reason: String, by operatorName: OperatorName) async throws {
    let everyone = try await context.store.operators()
    guard let record = everyone.first(where: { $0.name == name }) else {
      throw CordonError(
        .missing, "operator-unknown", "There is no operator “\(name)”.", remedy: "cordon operator list shows all.")
    }
    let admins = everyone.filter { !$0.isRevoked && $0.roles.contains(OperatorRole.admin.rawValue) }
    guard admins.map(\.name) != [name] else {
      throw CordonError(
        .conflict, "last-admin", "\(name) is the last admin: nobody could add another.",
        remedy: "Add another admin first: cordon operator add.")
    }
    let identity = try PeerIdentity(.operator, name)
    try await context.store.revokeOperator(
      name, reason: reason, at: context.now,
      Consequences(ledger: [
        context.record(.operatorRevoked, by: operatorName.actor, on: "operator/\(name)", ["reason": reason])
      ]))
    if let key = KeyDigest(bytes: record.keyDigest), record.keyDigest != Self.unknownKey { context.trust.revoke(key) }
    context.trust.revoke(identity)
  }

  /// What a person may do now; empty for one who is unknown or revoked.
  ///
  /// A newer certificate of another key ends the older one: who lost a laptop is let in anew, and the laptop is not.
  /// Code: `superseded`.
  package func roles(of name: String, with key: KeyDigest) async throws -> Set<OperatorRole> {
    guard let record = try await context.store.operatorNamed(name), !record.isRevoked else { return [] }
    guard record.keyDigest == Self.unknownKey || record.keyDigest == key.bytes else {
      throw CordonError(
        .denied, "superseded", "A newer certificate of \(name) with another key is in force.",
        remedy: "Use the home that asked for it, or ask an admin: cordon operator add.")
    }
    return Set(record.roles.compactMap(OperatorRole.init(rawValue:)))
  }

  private static func parse(_ roles: [String]) throws(CordonError) -> Set<OperatorRole> {
    var parsed: Set<OperatorRole> = []
    for name in roles {
      guard let role = OperatorRole(rawValue: name) else {
        throw CordonError(
          .invalid, "operator-roles", "There is no role “\(name.prefix(40))”.",
          remedy: "Use: \(OperatorRole.allCases.map(\.rawValue).joined(separator: ", ")).")
      }
      parsed.insert(role)
    }
    guard !parsed.isEmpty else {
      throw CordonError(.invalid, "operator-roles", "An operator needs at least one role.")
    }
    return parsed
  }
}
