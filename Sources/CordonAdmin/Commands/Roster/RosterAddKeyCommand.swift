import ArgumentParser
import CordonCore
import CordonTrust

struct RosterAddKeyCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "add-key", abstract: "Add an operator's authority key, or change what it may sign.",
    discussion: """
      Examples:
        cordon roster add-key bob.request --role respond
        cordon roster add-key clara.request --role clinical --out roster-4.envelope
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The file that `cordon operator request` wrote.", completion: .file()) var request: String
  @Option(help: "What the key may sign (repeatable).") var role: [AuthorityRoleArgument]
  @OptionGroup var output: RosterOutput

  func run(in session: AdminSession) async throws -> Report {
    let asked = try OperatorRequest.load(from: request, in: session.environment)
    let known = try await RosterInForce.of(session).roster
    let key = try AuthorityKey(publicKey: asked.authorityKey, holder: asked.name, roles: Set(role.map(\.role)))
    var next = known
    next.serial += 1
    next.keys.removeAll { $0.id == key.id }
    next.keys.append(key)
    return try await output.deliver(next, after: known, in: session)
  }
}
