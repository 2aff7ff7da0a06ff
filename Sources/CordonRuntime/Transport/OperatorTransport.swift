package import CordonCore
package import CordonTrust
package import GRPCNIOTransportHTTP2Posix

extension ClientTransports {
  /// mTLS from an operator's program to a collector, for the time of one command.
  ///
  /// - Parameter onRefusal: told why a collector's certificate was refused; must return quickly.
  package static func toCollector(
    host: String, port: Int, trust: TrustStore, chain: CertificateChain, key: IdentityKey,
    onRefusal: @escaping @Sendable (CordonError) -> Void
  ) throws(CordonError) -> HTTP2ClientTransport.Posix {
    try mutual(
      to: NetworkEndpoint(host: host, port: port), as: try LiveIdentity(chain: chain, key: key),
      guardian: ConnectionGuardian(
        trust: trust, clock: SystemClock(), accepting: [.collector], usage: .server, onRefusal: onRefusal))
  }
}
