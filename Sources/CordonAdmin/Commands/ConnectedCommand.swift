import ArgumentParser
import CordonCore
import CordonTrust
import CordonWire
import FoundationEssentials

/// What a command that talks to the collector has at hand.
struct AdminSession {
  let client: any Cordon_V1_Admin.ClientProtocol
  let identity: any Cordon_V1_Identity.ClientProtocol
  let home: OperatorHome
  let environment: AdminEnvironment

  init(_ clients: CollectorClients, home: OperatorHome, environment: AdminEnvironment) {
    client = clients.admin
    identity = clients.identity
    self.home = home
    self.environment = environment
  }

  var now: Timestamp { environment.clock.now }
}

/// A command that asks the collector something and prints the answer.
protocol ConnectedCommand: AsyncParsableCommand {
  var common: CommonOptions { get }
  /// One connection; throws the collector's own errors.
  func run(in session: AdminSession) async throws -> Report
}

extension ConnectedCommand {
  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    let home = try OperatorHome(common.home, in: environment)
    let access = try home.collectorAccess()
    let command = self
    let report = try await AdminCall.run(environment, access) { clients in
      let report = try await command.run(
        in: AdminSession(clients, home: home, environment: environment))
      await CertificateCare.renew(access, home, clients.identity)
      await TrustInForce.follow(clients.admin, home)
      return report
    }
    report.print(as: common.printing.output, in: environment)
  }
}

/// Keeps the operator's certificate alive: it lasts 30 days, and nobody should have to think of it.
enum CertificateCare {
  /// Past two thirds of its life, asks for the next one; a failure is said, and the command's own result stands.
  static func renew(
    _ access: CollectorAccess, _ home: OperatorHome, _ identity: any Cordon_V1_Identity.ClientProtocol
  ) async {
    let now = home.environment.clock.now
    let life = access.chain.notAfter.since(access.chain.notBefore)
    guard now.since(access.chain.notBefore).milliseconds > life.milliseconds / 3 * 2 else { return }
    do {
      _ = try await renewNow(access, home, identity)
    } catch {
      let left = TimeText.relative(access.chain.notAfter, to: now)
      home.environment.complain("Your certificate ends \(left) and could not be renewed: \(error)\n")
    }
  }

  /// Asks for the next certificate of the same key, and keeps it.
  static func renewNow(
    _ access: CollectorAccess, _ home: OperatorHome, _ identity: any Cordon_V1_Identity.ClientProtocol
  ) async throws -> CertificateChain {
    var request = Cordon_V1_RenewRequest()
    request.csr = Data(try access.key.signingRequest())
    let response = try await identity.renew(request, options: AdminCall.options)
    let chain = try CertificateChain(der: response.chain.map { [UInt8]($0) })
    guard KeyDigest(of: chain.leaf) == access.key.digest else {
      throw CordonError(.denied, "certificate-malformed", "The collector sent a certificate of another key.")
    }
    try chain.save(to: home.file(SiteFiles.identityChain(try home.site().operatorName)))
    return chain
  }
}
