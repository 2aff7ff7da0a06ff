package import CordonCore
package import CordonTrust
import GRPCCore
package import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOSSL

/// Client transports over TLS 1.3; the server is verified by its SPIFFE id, not by its name.
package enum ClientTransports {
  /// mTLS to a collector, with the current certificate at each connection.
  ///
  /// - Parameter guardian: of usage `.server`, accepting `.collector`.
  package static func mutual(
    to endpoint: NetworkEndpoint, as identity: LiveIdentity, guardian: ConnectionGuardian
  ) throws(CordonError) -> HTTP2ClientTransport.Posix {
    try make(endpoint, identity, guardian)
  }

  /// Server-authenticated TLS to a collector's enrolment port, before there is a certificate.
  package static func enrolment(
    to endpoint: NetworkEndpoint, guardian: ConnectionGuardian
  ) throws(CordonError) -> HTTP2ClientTransport.Posix {
    try make(endpoint, nil, guardian)
  }

  private static func make(
    _ endpoint: NetworkEndpoint, _ identity: LiveIdentity?, _ guardian: ConnectionGuardian
  ) throws(CordonError) -> HTTP2ClientTransport.Posix {
    guard guardian.expectsCertificate, guardian.usage == .server else {
      throw CordonError(.defect, "transport", "A client must verify its server.")
    }
    let limits = guardian.limits
    var config = HTTP2ClientTransport.Posix.Config.defaults
    config.http2.targetWindowSize = limits.windowBytes
    config.connection.keepalive = .init(
      time: limits.keepalive, timeout: limits.keepaliveTimeout, allowWithoutCalls: true)
    config.backoff.max = .seconds(30)
    config.channelDebuggingCallbacks.onCreateTCPConnection = { channel in
      // The transport's own TLS begins at 1.2; ours at 1.3, with the identity of this moment.
      channel.eventLoop.makeCompletedFuture {
        let handler = try NIOSSLClientHandler(
          context: NIOSSLContext(configuration: tls(identity)), serverHostname: nil,
          customVerificationCallbackWithMetadata: guardian.verification)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(ConnectionHandler(guardian), position: .first)
        try pipeline.addHandler(handler, position: .first)
      }
    }
    do {
      return try HTTP2ClientTransport.Posix(target: endpoint.target, transportSecurity: .customSecure, config: config)
    } catch {
      throw CordonError(.invalid, "address", "The collector's address cannot be resolved: \(error).")
    }
  }

  private static func tls(_ identity: LiveIdentity?) throws -> TLSConfiguration {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.minimumTLSVersion = .tlsv13
    tls.applicationProtocols = ["h2"]
    // Any mode but none runs the callback, which replaces everything else that this would check.
    tls.certificateVerification = .noHostnameVerification
    tls.trustRoots = .certificates([])
    if let identity {
      let pair = try LiveCertificate.pair(of: identity.current)
      tls.certificateChain = pair.chain.map { .certificate($0) }
      tls.privateKey = .privateKey(pair.key)
    }
    return tls
  }
}
