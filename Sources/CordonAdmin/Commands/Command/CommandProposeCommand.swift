import ArgumentParser
import CordonCore
import CordonTrust
import CordonWire

struct CommandProposeCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "propose", abstract: "Order an action against what a detection names, signed with your key.",
    discussion: """
      Where care may depend on the target, the command waits until enough people signed (one of them clinical); else the \
      agent acts at once. A reversible action ends by itself with its lease.

      Examples:
        cordon command propose --detection 0197c3 --action suspend-process \\
          --lease 10m --reason "encrypts the share"
        cordon command propose --detection 0197c3 --action block-address \\
          --lease 1h --reason "calls out" --dry-run
      """)

  @OptionGroup var target: CommandTarget
  @Option(help: "Why; without patients' names. It is kept in the ledger.") var reason: String
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard !reason.isEmpty, reason.utf8.count <= 256 else {
      throw ValidationError("--reason must have 1 to 256 bytes.")
    }
  }

  func run(in session: AdminSession) async throws -> Report {
    let stored = try await session.detection(named: target.detection)
    var randomness = SystemRandomNumberGenerator()
    let command = try target.command(about: stored, reason: reason, at: session.now, randomness: &randomness)
    let key = try session.home.authorityKey()
    try Authority.requireRole(.respond, of: key, in: try await RosterInForce.of(session).roster)
    var request = Cordon_V1_ProposeCommandRequest()
    request.envelope = Cordon_V1_Envelope(try command.sealed(by: [key]))
    let response = try await session.client.proposeCommand(request, options: AdminCall.options)
    return CommandPage.page(response.command, at: session.now)
  }
}
