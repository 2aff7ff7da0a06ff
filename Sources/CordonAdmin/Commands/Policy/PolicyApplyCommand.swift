import ArgumentParser
import CordonCore
import CordonPolicy
import CordonTrust
import CordonWire

struct PolicyApplyCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Sign a policy with your key and hand it to the agents of its group.",
    discussion: """
      The policy is compiled and signed here; the collector only passes it on. What would change is printed first on \
      standard error. --dry-run stops there.

      Examples:
        cordon policy apply ward.yaml --dry-run
        cordon policy apply ward.yaml
      """)

  @OptionGroup var common: CommonOptions
  @Flag(help: "Show what would change; sign and send nothing.") var dryRun = false
  @Argument(help: "The policy's file; - reads standard input.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String

  func run(in session: AdminSession) async throws -> Report {
    var policy = try PolicyFile.policy(file, in: session.environment)
    let inForce = try await PolicyInForce.of(policy.group, in: session)
    let diff = PolicyDiff(from: inForce.policy, to: policy)
    if dryRun { return PolicyDiffCommand.report(diff) }
    for change in diff.changes { session.environment.complain("\(change)\n") }
    policy.serial = inForce.siteSerial + 1
    policy.issued = session.now
    let key = try session.home.authorityKey()
    try Authority.requireRole(.policy, of: key, in: try await RosterInForce.of(session).roster)
    var request = Cordon_V1_ApplyPolicyRequest()
    request.envelope = Cordon_V1_Envelope(try policy.sealed(by: [key]))
    let response = try await session.client.applyPolicy(request, options: AdminCall.options)
    let group = policy.group.isEmpty ? "every agent" : "the group \(policy.group)"
    return Report(
      "Policy \(policy.name), serial \(response.serial), is on its way to \(group): \(response.agents) agents.",
      [
        "serial": .unsigned(response.serial), "agents": .unsigned(response.agents), "group": .optional(policy.group),
        "changes": .integer(Int64(diff.changes.count)),
      ])
  }
}

/// Says early, and in words, what the collector and the agents would refuse.
enum Authority {
  static func requireRole(
    _ role: AuthorityRole, of key: AuthoritySigningKey, in roster: Roster
  ) throws(CordonError) {
    guard let entry = roster.key(key.id) else {
      throw CordonError(
        .denied, "unknown-key", "Your authority key \(key.id) is not in the roster \(roster.serial).",
        remedy: "Have a root holder add it: cordon roster add-key REQUEST --role \(role.name).")
    }
    guard entry.roles.contains(role) else {
      throw CordonError(
        .denied, "role", "Your authority key may not sign this: it has not the role \(role.name).",
        remedy: "Have somebody sign who has it; `cordon roster show` names them.")
    }
  }
}
