package import CordonCollector
import CordonTrust
package import GRPCCore
package import Logging

/// The gRPC servers of a collector, over whatever transports they are given.
///
/// Two, because the enrolment port alone takes callers without a certificate; whatever else is asked there is denied.
package struct CollectorServer<Transport: ServerTransport>: Sendable {
  /// Agents and operators, over mutual TLS.
  package let uplink: GRPCServer<Transport>
  /// Machines with a token, over server-authenticated TLS.
  package let enrolment: GRPCServer<Transport>

  /// Puts every service behind the access table.
  package init(
    _ domain: CollectorDomain, ledger: LedgerScribe, uplink: Transport, enrolment: Transport, logger: Logger
  ) {
    let access = AccessInterceptor(trust: domain.context.trust, clock: domain.context.clock) { name, key in
      try await domain.operators.roles(of: name, with: key)
    }
    let ledgerService = LedgerService(context: domain.context, publicKey: ledger.publicKey)
    self.uplink = GRPCServer(
      transport: uplink,
      services: [
        UplinkAdapter(domain, checkpoint: { ledger.checkpoint }, logger: logger),
        IdentityAdapter(domain.enrolment), ArtifactsAdapter(domain.artifacts),
        AdminAdapter(domain, ledger: ledgerService), HealthAdapter(domain.ingest),
      ], interceptors: [access])
    self.enrolment = GRPCServer(
      transport: enrolment, services: [EnrolmentAdapter(domain.enrolment)], interceptors: [access])
  }
}
