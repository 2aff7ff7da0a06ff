import ArgumentParser
import CordonCore
import CordonTrust

struct RosterRemoveKeyCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove-key", abstract: "Take a key out: nothing that it signs is obeyed any more.",
    discussion: """
      Revoking an operator closes their connection; it takes this to end what their key may sign.

      Examples:
        cordon roster remove-key bob
        cordon roster remove-key 3f9a1c0e
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The holder, or the key's id or its start.") var key: String
  @OptionGroup var output: RosterOutput

  func run(in session: AdminSession) async throws -> Report {
    let known = try await RosterInForce.of(session).roster
    let byHolder = known.keys.filter { $0.holder == key }
    let found = byHolder.isEmpty ? known.keys.filter { key.count >= 4 && $0.id.description.hasPrefix(key) } : byHolder
    guard !found.isEmpty else {
      throw CordonError(
        .missing, "no-such", "The roster \(known.serial) has no key of \(key.prefix(80)).",
        remedy: "`cordon roster show` lists them.")
    }
    var next = known
    next.serial += 1
    next.keys.removeAll { found.contains($0) }
    return try await output.deliver(next, after: known, in: session)
  }
}
