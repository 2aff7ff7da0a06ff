import ArgumentParser
import CordonCore
import CordonTrust

struct OperatorRequestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "request", abstract: "Make your keys on this machine, and a request to send to an admin.",
    discussion: """
      Your keys stay here. The request holds no secret, but hand it over so that the admin knows it is yours.

      Examples:
        cordon operator request bob --out bob.request
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "Your name, as it will stand in certificates and the ledger.") var name: String
  @Option(help: ArgumentHelp("Where to write the request.", valueName: "file")) var out: String

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    let home = try OperatorHome(common.home, in: environment)
    let name = try PeerIdentity(.operator, self.name).name
    guard !home.exists(SiteFile.name) else {
      throw CordonError(
        .conflict, "exists", "\(home.path) already belongs to an operator.", remedy: "Name another folder with --home.")
    }
    try home.make()
    let identity = IdentityKey()
    let authority = AuthoritySigningKey()
    try identity.save(to: home.file(SiteFiles.identityKey(name)))
    try authority.save(to: home.file(SiteFiles.authorityKey(name)))
    let request = OperatorRequest(
      name: name, certificateRequest: try identity.signingRequest(), authorityKey: authority.publicKey)
    try Papers.write(request, to: out)
    Report(
      "\(out) is your request, authority key \(authority.id). An admin runs: cordon operator add \(out) --role … --out "
        + "\(name).grant",
      ["file": .text(out), "authority_key": .text(authority.id.description)]
    ).print(as: common.printing.output, in: environment)
  }
}
