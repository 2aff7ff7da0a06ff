package import CordonCore
package import CordonTrust
import GRPCCore
package import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOSSL

/// The transport of a server of ours: HTTP/2 over TLS, each RPC with its verified peer.
package typealias CordonServerTransport = PeerServerTransport<HTTP2ServerTransport.Posix>

/// Server transports over TLS; nothing else of ours opens a listening port for gRPC.
package enum ServerTransports {
  private typealias TLS = HTTP2ServerTransport.Posix.TransportSecurity.TLS

  /// mTLS: only peers with a certificate that the guardian accepts get as far as an RPC.
  package static func mutual(
    on endpoint: NetworkEndpoint, as identity: LiveIdentity, guardian: ConnectionGuardian,
    randomness: inout some RandomNumberGenerator
  ) throws(CordonError) -> CordonServerTransport {
    guard guardian.expectsCertificate else {
      throw CordonError(.defect, "transport", "A mutual transport must accept some role.")
    }
    return try make(endpoint, identity, guardian, &randomness) { (tls: inout TLS) in
      // Any verification but none demands a certificate; the callback replaces everything else that it would check.
      tls.clientCertificateVerification = .noHostnameVerification
      tls.customVerificationCallback = guardian.verification
    }
  }

  /// Server-authenticated TLS alone, for the enrolment port: callers have no certificate yet.
  package static func enrolment(
    on endpoint: NetworkEndpoint, as identity: LiveIdentity, guardian: ConnectionGuardian,
    randomness: inout some RandomNumberGenerator
  ) throws(CordonError) -> CordonServerTransport {
    guard !guardian.expectsCertificate else {
      throw CordonError(.defect, "transport", "An enrolment transport accepts callers without a role.")
    }
    return try make(endpoint, identity, guardian, &randomness) { (tls: inout TLS) in
      tls.clientCertificateVerification = .noVerification
    }
  }

  private static func make(
    _ endpoint: NetworkEndpoint, _ identity: LiveIdentity, _ guardian: ConnectionGuardian,
    _ randomness: inout some RandomNumberGenerator,
    _ verification: (inout TLS) -> Void
  ) throws(CordonError) -> CordonServerTransport {
    let security: HTTP2ServerTransport.Posix.TransportSecurity
    do {
      security = try .tls(certificateReloader: LiveCertificate(identity: identity)) { tls in
        // The defaults trust the system's CAs and do without ALPN.
        tls.trustRoots = .certificates([])
        tls.requireALPN = true
        verification(&tls)
      }
    } catch {
      throw CordonError(.invalid, "identity", "The server's certificate or key is unusable: \(error).")
    }
    let config = configuration(guardian, &randomness)
    let transport = HTTP2ServerTransport.Posix(
      address: try endpoint.socketAddress, transportSecurity: security, config: config)
    let domain = guardian.trust.domain
    return PeerServerTransport(transport) { context in
      let verified = (context.transportSpecific as? HTTP2ServerTransport.Posix.Context)?.peerCertificateChain
      return verified.flatMap { try? AuthenticatedPeer(verifiedPath: Array($0), domain: domain) }
    }
  }

  private static func configuration(
    _ guardian: ConnectionGuardian, _ randomness: inout some RandomNumberGenerator
  ) -> HTTP2ServerTransport.Posix.Config {
    let limits = guardian.limits
    var config = HTTP2ServerTransport.Posix.Config.defaults
    config.http2.maxConcurrentStreams = limits.streams
    config.http2.targetWindowSize = limits.windowBytes
    config.rpc.maxRequestPayloadSize = limits.messageBytes
    config.connection.maxAge = limits.jitteredAge(&randomness)
    config.connection.maxGraceTime = limits.grace
    config.connection.keepalive.time = limits.keepalive
    config.connection.keepalive.timeout = limits.keepaliveTimeout
    config.connection.keepalive.clientBehavior.allowWithoutCalls = true
    config.connection.keepalive.clientBehavior.minPingIntervalWithoutCalls = limits.shortestPingInterval
    config.channelDebuggingCallbacks.onAcceptTCPConnection = { channel in
      // Behind TLS and before HTTP/2. A failure here closes the channel.
      channel.eventLoop.makeCompletedFuture {
        let pipeline = channel.pipeline.syncOperations
        let tls = try pipeline.handler(type: NIOSSLServerHandler.self)
        try pipeline.addHandler(ConnectionHandler(guardian), position: .after(tls))
      }
    }
    return config
  }
}

extension PeerServerTransport where Wrapped == HTTP2ServerTransport.Posix {
  /// Where the server listens, once it does; tells the port that the system chose where 0 was asked for.
  package var listeningEndpoint: NetworkEndpoint {
    get async throws {
      let address = try await wrapped.listeningAddress
      if let v4 = address.ipv4 { return NetworkEndpoint(host: v4.host, port: v4.port) }
      if let v6 = address.ipv6 { return NetworkEndpoint(host: v6.host, port: v6.port) }
      throw CordonError(.defect, "endpoint", "The server listens on something that is no IP address.")
    }
  }
}
