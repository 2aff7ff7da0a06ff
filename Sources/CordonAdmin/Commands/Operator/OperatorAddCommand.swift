import ArgumentParser
import CordonCore
import CordonTrust
import CordonWire
import FoundationEssentials

struct OperatorAddCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Let an operator in with roles, and write the grant to send back.",
    discussion: """
      Roles say what they may do on the collector; what agents obey is the roster's: see cordon roster add-key.

      Examples:
        cordon operator add bob.request --role analyst --role responder --out bob.grant
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The file that `cordon operator request` wrote.", completion: .file()) var request: String
  @Option(help: "viewer, analyst, responder, clinical-approver, privacy-officer, admin or auditor (repeatable).")
  var role: [OperatorRole]
  @Option(help: ArgumentHelp("Where to write the grant.", valueName: "file")) var out: String

  func run(in session: AdminSession) async throws -> Report {
    let asked = try OperatorRequest.load(from: request, in: session.environment)
    let roster = try await RosterInForce.of(session).envelope
    var call = Cordon_V1_AddOperatorRequest()
    call.name = asked.name
    call.roles = Set(role).sorted().map(\.rawValue)
    call.csr = Data(asked.certificateRequest)
    let response = try await session.client.addOperator(call, options: AdminCall.options)
    var site = try session.home.site()
    site.operatorName = asked.name
    site.operatorRoles = nil
    let roots = try session.home.trustedRoots()
    let grant = OperatorGrant(
      site: site, chain: try CertificateChain(der: response.chain.map { [UInt8]($0) }).pem(), roots: try roots.pem(),
      roster: Data(try roster.serialized()))
    try Papers.write(grant, to: out)
    return Report(
      "\(asked.name) is let in as \(call.roles.joined(separator: ", ")); they run: cordon operator accept \(out)",
      ["name": .text(asked.name), "roles": .list(call.roles.map { .text($0) }), "file": .text(out)])
  }
}
