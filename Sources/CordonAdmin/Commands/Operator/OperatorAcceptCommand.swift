import ArgumentParser
import CordonCore
import CordonTrust

struct OperatorAcceptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accept", abstract: "Take an admin's grant into your home; then every command works.",
    discussion: """
      Examples:
        cordon operator accept bob.grant
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The file that `cordon operator add` wrote.", completion: .file()) var grant: String

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    let home = try OperatorHome(common.home, in: environment)
    let granted = try OperatorGrant.load(from: grant, in: environment)
    let name = try PeerIdentity(.operator, granted.site.operatorName).name
    let chain = try CertificateChain(pem: granted.chain)
    let roots = try CertificateChain(pem: granted.roots)
    let key = try IdentityKey.load(from: home.file(SiteFiles.identityKey(name)))
    guard KeyDigest(of: chain.leaf) == key.digest else {
      throw CordonError(
        .invalid, "grant-mismatch", "\(grant) is for other keys than those of \(name) in \(home.path).",
        remedy: "Ask for a grant of the request that this home made.")
    }
    let trust = try TrustStore(domain: try TrustDomain(granted.site.trustDomain), roots: roots.certificates)
    _ = try await PeerVerifier(trust: trust, clock: environment.clock, accepting: [.operator], as: .client)
      .verify(chain)
    let roster = try Envelope(serialized: [UInt8](granted.roster))
    let site = try EnvelopeVerifier.bootstrap(roster).site
    try chain.save(to: home.file(SiteFiles.identityChain(name)))
    try roots.save(to: home.file(SiteFiles.certificateRoot))
    try home.keep(roster: roster)
    try granted.site.write(to: home.file(SiteFile.name))
    Report(
      "You are \(name) of \(site); the collector is \(granted.site.collector). Try: cordon status",
      ["operator": .text(name), "site": .text(site), "collector": .text(granted.site.collector)]
    ).print(as: common.printing.output, in: environment)
  }
}
