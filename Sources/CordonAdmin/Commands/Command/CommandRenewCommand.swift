import ArgumentParser
import CordonCore
import CordonTrust
import CordonWire

struct CommandRenewCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "renew", abstract: "Extend a held action's lease, signed with your key, up to the command's own end.",
    discussion: """
      The lease then ends so long after now, but never after the end that was signed with the command: propose with \
      --longest to leave room. What needed two signatures is not renewed with one; propose it anew.

      Examples:
        cordon command renew 0197c4 --lease 10m
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The command's id, or the start of it.") var id: String
  @Option(help: "How long it holds from now on, 10s to 24h.") var lease: DurationArgument

  func validate() throws {
    guard CommandTarget.leases.contains(lease.duration) else {
      throw ValidationError("--lease must be from 10s to 24h.")
    }
  }

  func run(in session: AdminSession) async throws -> Report {
    let stored = try await session.command(named: id)
    let command = try stored.command.domain()
    var until = session.now.advanced(by: lease.duration)
    if until > command.maxUntil {
      session.environment.complain(
        "The command was signed to end by \(TimeText.iso(command.maxUntil)); the lease is renewed up to there.\n")
      until = command.maxUntil
    }
    let renewal = LeaseRenewal(commandID: command.id, agentID: command.agentID, until: until)
    let key = try session.home.authorityKey()
    var request = Cordon_V1_RenewCommandRequest()
    request.envelope = Cordon_V1_Envelope(try renewal.sealed(by: [key]))
    let response = try await session.client.renewCommand(request, options: AdminCall.options)
    return CommandPage.page(response.command, at: session.now)
  }
}
