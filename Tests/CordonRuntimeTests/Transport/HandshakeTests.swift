import CordonCore
import CordonRuntime
import CordonTestSupport
import CordonTrust
import CordonWire
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOPosix
import NIOSSL
import Testing

/// What a peer may not do before there is any RPC: older TLS, no certificate, no HTTP/2, or nothing at all.
@Suite(.serialized, .timeLimit(.minutes(1))) struct HandshakeTests {
  private let connect = Cordon_V1_Uplink.Method.Connect.descriptor

  @Test func tls12IsClosedByTheServer() async throws {
    try await LoopbackServer.run { server in
      var tls = try configuration(of: server.site.agent())
      tls.minimumTLSVersion = .tlsv12
      tls.maximumTLSVersion = .tlsv12
      try await expectClosed(server, tls)
      #expect(await server.refusals.contains("tls-version"))
      #expect(server.registry.count == 0)
    }
  }

  @Test func noCertificateIsRefused() async throws {
    try await LoopbackServer.run { server in
      var tls = TLSConfiguration.makeClientConfiguration()
      tls.applicationProtocols = ["h2"]
      tls.certificateVerification = .none
      try await expectClosed(server, tls)
      #expect(server.registry.count == 0)
    }
  }

  @Test(arguments: [[], ["http/1.1"]])
  func withoutHTTP2IsRefused(protocols: [String]) async throws {
    try await LoopbackServer.run { server in
      var tls = try configuration(of: server.site.agent())
      tls.applicationProtocols = protocols
      try await expectClosed(server, tls)
      #expect(server.registry.count == 0)
    }
  }

  @Test func whoSaysNothingIsClosed() async throws {
    var limits = TransportLimits()
    limits.handshake = .milliseconds(200)
    try await LoopbackServer.run(limits: limits) { server in
      let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .connect(host: server.endpoint.host, port: server.endpoint.port).get()
      #expect(await until { !channel.isActive })
      #expect(await server.refusals.contains("handshake-timeout"))
    }
  }

  @Test func plainTextGetsNowhere() async throws {
    try await LoopbackServer.run { server in
      let transport = try HTTP2ClientTransport.Posix(
        target: .ipv4(address: server.endpoint.host, port: server.endpoint.port), transportSecurity: .plaintext)
      try await withGRPCClient(transport: transport) { client in
        await expectUnavailable { _ = try await LoopbackServer.call(connect, through: client) }
      }
    }
  }

  /// The other way round: a server that speaks TLS 1.2 alone.
  @Test func ourClientDoesNotSpeakTLS12() async throws {
    let site = try TestSite()
    let identity = try site.collector().current
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: try identity.chain.der.map { .certificate(try NIOSSLCertificate(bytes: $0, format: .der)) },
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: identity.key.der, format: .der)))
    tls.maximumTLSVersion = .tlsv12
    tls.applicationProtocols = ["h2"]
    let context = try NIOSSLContext(configuration: tls)
    let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        }
      }.bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(listener.localAddress?.port)
    let guardian = ConnectionGuardian(
      trust: try site.trust(), clock: FakeClock(), accepting: [.collector], usage: .server)
    let transport = try ClientTransports.mutual(
      to: NetworkEndpoint(host: "127.0.0.1", port: port), as: try site.agent(), guardian: guardian)
    try await withGRPCClient(transport: transport) { client in
      await expectUnavailable { _ = try await LoopbackServer.call(connect, through: client) }
    }
    try await listener.close()
  }

  private func configuration(of identity: LiveIdentity) throws -> TLSConfiguration {
    var tls = TLSConfiguration.makeClientConfiguration()
    let current = identity.current
    tls.certificateChain = try current.chain.der.map { .certificate(try NIOSSLCertificate(bytes: $0, format: .der)) }
    tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: current.key.der, format: .der))
    tls.applicationProtocols = ["h2"]
    tls.certificateVerification = .none
    return tls
  }

  /// Connects by hand, and expects that the server ends it.
  private func expectClosed(_ server: LoopbackServer, _ tls: TLSConfiguration) async throws {
    let context = try NIOSSLContext(configuration: tls)
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil))
        }
      }.connect(host: server.endpoint.host, port: server.endpoint.port).get()
    #expect(await until { !channel.isActive })
  }
}
