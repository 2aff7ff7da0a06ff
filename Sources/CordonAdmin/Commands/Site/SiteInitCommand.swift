import ArgumentParser
import CordonCore
import CordonPolicy
import CordonTrust

struct SiteInitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make a site's roots, its first operator, and what agents start from.",
    discussion: """
      Everything is made on this machine and written to the home folder, each file of mode 0600. Nothing of it but the \
      grant for the collector and the bundle for agents ever leaves it. Move the root keys (root-*.key, ca-root.key) to \
      offline media that different people keep, and give the privacy office a copy of site-gateway.bundle.

      Examples:
        cordon site init --site "St. Elsewhere" --operator ann \\
          --trust-domain st-elsewhere.example \\
          --collector collector.st-elsewhere.example:7443
        cordon site init --site Lab --operator ann --trust-domain lab.example \\
          --collector 127.0.0.1:7443 --root-holder ann --root-threshold 1
      """)

  static let mostRootHolders = 9

  @OptionGroup var common: CommonOptions
  @Option(help: "The site's name, for people.") var site: String
  @Option(help: "The site's part of every identity, such as st-elsewhere.example.") var trustDomain: String
  @Option(help: "The collector's Admin address, HOST:PORT.") var collector: String
  @Option(help: "Your name, as it will stand in certificates and the ledger.") var `operator`: String
  @Option(name: .customLong("role"), help: "What you may do on the collector (repeatable).")
  var roles: [OperatorRole] = [.admin, .analyst, .responder]
  @Option(help: "What your authority key may sign (repeatable).")
  var authority: [AuthorityRoleArgument] = [.policy, .model, .respond]
  @Option(
    name: .customLong("root-holder"), help: "Who holds a root key (repeatable, up to 9; default holder-1 to holder-3).")
  var rootHolders: [String] = []
  @Option(help: "How many root holders must sign a roster (default: a majority).") var rootThreshold: Int?

  func validate() throws {
    guard rootHolders.count <= Self.mostRootHolders else {
      throw ValidationError("--root-holder may be given at most \(Self.mostRootHolders) times.")
    }
    guard Set(rootHolders).count == rootHolders.count else {
      throw ValidationError("--root-holder names the same holder twice.")
    }
  }

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    let home = try OperatorHome(common.home, in: environment)
    let address = try CollectorAddress(collector)
    let name = try PeerIdentity(.operator, self.operator).name
    let holders = rootHolders.isEmpty ? ["holder-1", "holder-2", "holder-3"] : rootHolders
    for holder in holders { _ = try PeerIdentity(.operator, holder) }
    let settings = SiteAuthority.Settings(
      site: site, domain: try TrustDomain(trustDomain), rootHolders: holders,
      rootThreshold: rootThreshold ?? holders.count / 2 + 1, operatorName: name, operatorRoles: Set(roles),
      authorityRoles: Set(authority.map(\.role)))
    try home.make()
    guard !home.exists(SiteFile.name) else {
      throw CordonError(
        .conflict, "exists", "\(home.path) is already the home of a site.",
        remedy: "Name another folder with --home; a site is never founded over another.")
    }
    var randomness = SystemRandomNumberGenerator()
    let founded = try SiteAuthority.create(settings, at: environment.clock.now, randomness: &randomness)
    try founded.write(to: home.path)
    try PrivateFile.create(at: home.file(Self.policyFile), holding: Array(Self.firstPolicy(in: environment).utf8))
    // Last: a home with this file is complete.
    try SiteFile(
      site: site, trustDomain: trustDomain, collector: address.description, operatorName: name,
      operatorRoles: Set(roles).sorted().map(\.rawValue)
    ).write(to: home.file(SiteFile.name))
    Self.report(home, holders).print(as: common.printing.output, in: environment)
  }

  static let policyFile = "policy.yaml"

  /// Where the package puts the rules that ship.
  private static let shippedRules = "/usr/share/doc/cordon/sigma"

  /// Observe only, with every field written out, and with the Sigma rules that ship, where they are installed.
  private static func firstPolicy(in environment: AdminEnvironment) -> String {
    var policy = Policy.observeOnly
    policy.name = "observe-only"
    var text = PolicyText.render(policy, everything: true)
    if case .folder? = try? SigmaFolder.read(shippedRules, in: environment) {
      text.replace("  rules: []\n", with: "  rules:\n    - \(shippedRules)\n")
    }
    return "# Watches and explains, and touches nothing. `cordon policy schema` tells what each field means.\n" + text
  }

  private static func report(_ home: OperatorHome, _ holders: [String]) -> Report {
    let text = """
      The site is founded in \(home.path).

      Keep apart      \(holders.map(SiteFiles.rootKey).joined(separator: ", ")), \(SiteFiles.certificateRootKey): offline, with different people
      Privacy office  \(SiteFiles.gatewayBundle): holds the keys of all pseudonyms; a sealed copy
      Agents          \(SiteFiles.workstationBundle) for workstations, \(SiteFiles.gatewayBundle) for device gateways; never the collector's host

      Next:
        on the collector's host    cordon-collector init …      makes collector.request
        here                       cordon site sign-collector collector.request --out collector.grant
        on the collector's host    cordon-collector init --grant collector.grant, then start it
        here                       cordon policy apply \(home.file(policyFile))
                                   cordon token create --out token.txt

      """
    return Report(
      text: text,
      json: .fields([
        "home": .text(home.path), "root_keys": .list(holders.map { .text(home.file(SiteFiles.rootKey($0))) }),
        "workstation_bundle": .text(home.file(SiteFiles.workstationBundle)),
        "gateway_bundle": .text(home.file(SiteFiles.gatewayBundle)), "policy": .text(home.file(policyFile)),
      ]))
  }
}
