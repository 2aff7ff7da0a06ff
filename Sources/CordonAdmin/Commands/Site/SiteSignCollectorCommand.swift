import ArgumentParser
import CordonCore
import CordonTrust

struct SiteSignCollectorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign-collector", abstract: "Admit a collector: answer its request with a grant.",
    discussion: """
      The grant holds an intermediate CA for agents and operators, the collector's certificate, and a roster that names \
      its standing key, signed with the root keys in this home. It holds no secret.

      Examples:
        cordon site sign-collector collector.request --out collector.grant
        cordon site sign-collector collector.request --out collector.grant \\
          --operator bob=analyst,auditor
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The file that `cordon-collector init` wrote.", completion: .file()) var request: String
  @Option(help: ArgumentHelp("Where to write the grant.", valueName: "file")) var out: String
  @Option(
    name: .customLong("operator"),
    help: ArgumentHelp("A further operator whom it knows from the start (repeatable).", valueName: "name=role,role"))
  var operators: [String] = []

  @Option(help: "The CA root that vouches for it, as `cordon trust add-root` named it.") var root = "ca-root"

  func validate() throws {
    guard !root.contains("/") else { throw ValidationError("--root names files in the home, such as ca-root.") }
  }

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    let home = try OperatorHome(common.home, in: environment)
    let site = try home.site()
    let now = environment.clock.now
    let asked = try CollectorRequest(serialized: try FileInput.read(request, most: 65_536, in: environment))
    let known = try home.roster()
    var envelope = known.envelope
    if known.roster.key(AuthorityKeyID(publicKey: asked.standingKey)) == nil {
      let next = try known.roster.adding(standingKeyOf: asked)
      envelope = try RosterSigning.successor(next, of: known.roster, in: home, at: now)
    }
    let domain = try TrustDomain(site.trustDomain)
    let grant = try CollectorGrant(
      asked, by: try SiteAuthority.certificateRoot(in: home.path, domain: domain, named: root), domain: domain,
      roster: envelope, operators: try grantedOperators(of: site), trusting: try home.trustedRoots().certificates,
      at: now)
    try PrivateFile.create(at: out, holding: try grant.serialized())
    try home.keep(roster: envelope)
    Report(
      "The collector \(asked.name) is admitted; carry \(out) to its host: cordon-collector init --grant \(out).",
      [
        "collector": .text(asked.name), "grant": .text(out),
        "roster_serial": .unsigned(try Roster(payload: envelope.payload).serial),
      ]
    ).print(as: common.printing.output, in: environment)
  }

  private func grantedOperators(of site: SiteFile) throws(CordonError) -> [CollectorGrant.Operator] {
    let usual = [OperatorRole.admin, .analyst, .responder].map(\.rawValue)
    var granted = [
      CollectorGrant.Operator(
        name: site.operatorName, roles: try roles(site.operatorRoles ?? usual, of: site.operatorName))
    ]
    for text in operators {
      let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2 else {
        throw CordonError(
          .invalid, "operator", "\"\(text.prefix(80))\" is not an operator with roles.",
          remedy: "Write NAME=ROLE,ROLE, such as bob=analyst,auditor.")
      }
      let name = try PeerIdentity(.operator, parts[0]).name
      granted.removeAll { $0.name == name }
      granted.append(.init(name: name, roles: try roles(parts[1].split(separator: ",").map(String.init), of: name)))
    }
    return granted
  }

  private func roles(_ names: [String], of name: String) throws(CordonError) -> Set<OperatorRole> {
    var roles: Set<OperatorRole> = []
    for text in names {
      guard let role = OperatorRole(rawValue: text) else {
        throw CordonError(
          .invalid, "operator-role", "\(name) cannot have the role \"\(text.prefix(40))\".",
          remedy: "Roles are \(OperatorRole.allCases.map(\.rawValue).joined(separator: ", ")).")
      }
      roles.insert(role)
    }
    guard !roles.isEmpty else { throw CordonError(.invalid, "operator-role", "\(name) has no role.") }
    return roles
  }
}
