import ArgumentParser
import CordonCore
import CordonTrust
import CordonWire

struct TrustSignCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Add root signatures to a trust bundle that another root holder prepared.",
    discussion: """
      What it would trust is printed first on standard error.

      Examples:
        cordon trust sign trust-2.envelope --root-key /media/root/root-2.key
        cordon trust sign trust-2.envelope --submit
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The bundle's envelope; the signatures are added to it.", completion: .file()) var file: String
  @Option(help: ArgumentHelp("A root key elsewhere (repeatable).", valueName: "file")) var rootKey: [String] = []
  @Flag(help: "Hand it to the collector once enough have signed.") var submit = false

  func run(in session: AdminSession) async throws -> Report {
    let offered = try Envelope(serialized: try FileInput.read(file, most: 2 << 20, in: session.environment))
    guard offered.type == .trust else {
      throw CordonError(.invalid, "envelope-type", "\(file) holds a \(offered.type.rawValue), not a trust bundle.")
    }
    let bundle = try TrustBundle(payload: offered.payload)
    session.environment.complain(TrustPage.report(bundle, agentsBehind: 0, at: session.now).text)
    let roster = try await RosterInForce.of(session).roster
    var keys: [AuthoritySigningKey] = []
    for path in rootKey { keys.append(try AuthoritySigningKey.load(from: path)) }
    if keys.isEmpty { keys = try session.home.rootKeys() }
    let envelope = try RosterSigning.signed(offered, of: roster, with: keys)
    try PrivateFile.replace(file, holding: try envelope.serialized())
    guard !submit else { return try await TrustOutput.submit(envelope, in: session) }
    let needed = roster.threshold(for: .roster)
    return Report(
      "Trust bundle \(bundle.serial) in \(file) has \(envelope.signatures.count) of \(needed) signatures.",
      [
        "serial": .unsigned(bundle.serial), "signatures": .integer(Int64(envelope.signatures.count)),
        "signatures_needed": .integer(Int64(needed)),
      ])
  }
}
