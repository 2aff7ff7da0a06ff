import ArgumentParser
import CordonCore
import CordonTrust
import CordonWire

struct UnsealApproveCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve", abstract: "Add your signature to an order to unseal that waits for it.",
    discussion: """
      What is signed is what the asker signed, and it is printed first on standard error. The names come to the asker
      alone.

      Examples:
        cordon unseal list
        cordon unseal approve 0197c4
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The order's id, or the start of it.") var id: String

  func run(in session: AdminSession) async throws -> Report {
    let stored = try await session.unseal(named: id)
    let envelope = try stored.envelope.domain()
    guard envelope.type == .unseal else {
      throw CordonError(
        .denied, "envelope-type", "The collector sent a \(envelope.type.rawValue) to sign, not an order to unseal.")
    }
    // What the agent will obey is the payload; what the collector says beside it may be a lie.
    let order = try UnsealOrder(payload: envelope.payload)
    guard order.id.data == stored.order.id else {
      throw CordonError(.denied, "other-order", "The collector sent another order to sign than \(id).")
    }
    let names = order.names.map(\.entity.shortName).joined(separator: ", ")
    session.environment.complain(
      "Signing: open \(names) to \(Table.plain(stored.askedBy)): \(Table.plain(order.reason))\n")
    var request = Cordon_V1_ApproveUnsealRequest()
    request.id = stored.order.id
    request.signature = Cordon_V1_EnvelopeSignature(try session.home.authorityKey().signature(of: envelope))
    return UnsealPage.page(try await session.client.approveUnseal(request, options: AdminCall.options).unseal)
  }
}
