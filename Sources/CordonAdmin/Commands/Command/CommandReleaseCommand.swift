import ArgumentParser
import CordonCore
import CordonTrust
import CordonWire

struct CommandReleaseCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Undo a held action before its lease ends; one signature is enough.",
    discussion: """
      At the machine itself, without a collector: cordon-agent release --all.

      Examples:
        cordon command release 0197c4 --reason "false alarm, ticket 4711"
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The command's id, or the start of it.") var id: String
  @Option(help: "Why; it is kept in the ledger.") var reason: String

  func validate() throws {
    guard !reason.isEmpty, reason.utf8.count <= 256 else {
      throw ValidationError("--reason must have 1 to 256 bytes.")
    }
  }

  func run(in session: AdminSession) async throws -> Report {
    let stored = try await session.command(named: id)
    let command = try stored.command.domain()
    let key = try session.home.authorityKey()
    let release = CommandRelease(commandID: command.id, agentID: command.agentID, reason: reason)
    var request = Cordon_V1_ReleaseCommandRequest()
    request.envelope = Cordon_V1_Envelope(try release.sealed(by: [key]))
    let response = try await session.client.releaseCommand(request, options: AdminCall.options)
    return CommandPage.page(response.command, at: session.now)
  }
}
