import ArgumentParser
import CordonCore
import CordonTrust
import CordonWire

struct CommandApproveCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve", abstract: "Add your signature to a command that waits for it.",
    discussion: """
      What is signed is what the proposer signed, and it is printed first on standard error.

      Examples:
        cordon command list
        cordon command approve 0197c4
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The command's id, or the start of it.") var id: String

  func run(in session: AdminSession) async throws -> Report {
    let stored = try await session.command(named: id)
    let envelope = try stored.envelope.domain()
    guard envelope.type == .command else {
      throw CordonError(
        .denied, "envelope-type", "The collector sent a \(envelope.type.rawValue) to sign, not a command.")
    }
    // What the agent will obey is the payload; what the collector says beside it may be a lie.
    let command = try Command(payload: envelope.payload)
    guard command.id.data == stored.command.id else {
      throw CordonError(.denied, "other-command", "The collector sent another command to sign than \(id).")
    }
    let seconds = command.lease > .zero ? ", lease \(TimeText.rough(command.lease))" : ""
    session.environment.complain(
      "Signing: \(EntityText.action(Cordon_V1_Action(command.action))) on \(command.agentID)\(seconds): "
        + "\(Table.plain(command.reason))\n")
    let key = try session.home.authorityKey()
    var request = Cordon_V1_ApproveCommandRequest()
    request.commandID = stored.command.id
    request.signature = Cordon_V1_EnvelopeSignature(try key.signature(of: envelope))
    let response = try await session.client.approveCommand(request, options: AdminCall.options)
    return CommandPage.page(response.command, at: session.now)
  }
}
