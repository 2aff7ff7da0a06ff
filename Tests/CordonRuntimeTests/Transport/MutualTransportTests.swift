import CordonCore
import CordonRuntime
import CordonTestSupport
import CordonTrust
import CordonWire
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Testing

@Suite(.serialized, .timeLimit(.minutes(1))) struct MutualTransportTests {
  private let connect = Cordon_V1_Uplink.Method.Connect.descriptor
  private let status = Cordon_V1_Admin.Method.GetStatus.descriptor
  private let createToken = Cordon_V1_Admin.Method.CreateToken.descriptor

  @Test func carriesTheVerifiedPeer() async throws {
    try await LoopbackServer.run { server in
      let agent = try server.site.agent()
      let name = try agent.identity(in: server.site.domain).name
      #expect(try await server.call(connect, as: agent) == "agent \(name)")
    }
  }

  @Test func anotherSitesCertificateIsRefused() async throws {
    try await LoopbackServer.run { server in
      let stranger = try TestSite().agent()
      await expectUnavailable { _ = try await server.call(connect, as: stranger) }
      #expect(await server.refusals.contains("certificate-untrusted"))
    }
  }

  @Test func aSelfSignedCertificateIsRefused() async throws {
    try await LoopbackServer.run { server in
      let key = IdentityKey()
      let alone = try server.site.selfSigned(.agent(key.digest.agentID), key)
      await expectUnavailable { _ = try await server.call(connect, as: alone) }
      #expect(await server.refusals.contains("certificate-untrusted"))
    }
  }

  @Test func anExpiredCertificateIsRefused() async throws {
    try await LoopbackServer.run { server in
      let agent = try server.site.agent(lifetime: .seconds(60))
      _ = try await server.call(connect, as: agent)
      server.clock.advance(by: .seconds(61))
      await expectUnavailable { _ = try await server.call(connect, as: agent) }
      #expect(await server.refusals.contains("certificate-expired"))
      #expect(await server.told.contains("certificate-refused"), "the refused client can say what happened")
    }
  }

  @Test func aRevokedPeerIsRefused() async throws {
    try await LoopbackServer.run { server in
      let agent = try server.site.agent()
      server.trust.revoke(try agent.identity(in: server.site.domain))
      await expectUnavailable { _ = try await server.call(connect, as: agent) }
      #expect(await server.refusals.contains("revoked"))
    }
  }

  /// The stream says nothing and its RPC is not cancelled: the connection itself is closed.
  @Test(arguments: ["identity", "key", "intermediate"])
  func revocationClosesASilentOpenStream(what: String) async throws {
    try await LoopbackServer.run { server in
      let agent = try server.site.agent()
      let identity = try agent.identity(in: server.site.domain)
      try await server.withClient(as: agent) { client in
        _ = await #expect(throws: RPCError.self) {
          try await holdOpen(client) {
            #expect(server.registry.connections(of: identity) == 1)
            let revoked = ContinuousClock.now
            switch what {
            case "identity": server.trust.revoke(identity)
            case "key": server.trust.revoke(agent.current.key.digest)
            default: server.trust.revoke(try #require(KeyDigest(of: server.site.intermediate.chain.leaf)))
            }
            #expect(await until { server.registry.count == 0 })
            #expect(ContinuousClock.now - revoked < .seconds(5))
          }
        }
      }
    }
  }

  @Test func theEndOfACertificateClosesASilentOpenStream() async throws {
    try await LoopbackServer.run { server in
      let agent = try server.site.agent(lifetime: .seconds(2))
      try await server.withClient(as: agent) { client in
        _ = await #expect(throws: RPCError.self) { try await holdOpen(client) {} }
      }
      #expect(await server.refusals.contains("certificate-expired"))
      #expect(await until { server.registry.count == 0 })
    }
  }

  @Test func anAgentIsNoOperator() async throws {
    try await LoopbackServer.run { server in
      let agent = try server.site.agent()
      await expectDenied("role") { _ = try await server.call(status, as: agent) }
    }
  }

  @Test func anOperatorIsNoAgent() async throws {
    try await LoopbackServer.run(roles: { _ in Set(OperatorRole.allCases) }) { server in
      let ann = try server.site.operator("ann")
      await expectDenied("role") { _ = try await server.call(connect, as: ann) }
    }
  }

  @Test func anOperatorsRoleMustBeHighEnough() async throws {
    try await LoopbackServer.run(roles: { $0 == "ann" ? [.admin] : $0 == "vic" ? [.viewer] : [] }) { server in
      let ann = try server.site.operator("ann")
      let vic = try server.site.operator("vic")
      let nobody = try server.site.operator("nobody")
      #expect(try await server.call(createToken, as: ann) == "operator ann")
      #expect(try await server.call(status, as: vic) == "operator vic")
      await expectDenied("role") { _ = try await server.call(createToken, as: vic) }
      await expectDenied("role") { _ = try await server.call(status, as: nobody) }
    }
  }

  @Test func aCollectorIsNotAcceptedAsACaller() async throws {
    try await LoopbackServer.run { server in
      await expectUnavailable { _ = try await server.call(connect, as: try server.site.collector()) }
      #expect(await server.refusals.contains("certificate-role"))
    }
  }

  @Test func aClientDoesNotTalkToAnothersCollector() async throws {
    try await LoopbackServer.run { server in
      let elsewhere = try TestSite()
      await expectUnavailable {
        _ = try await server.call(connect, as: try server.site.agent(), trusting: try elsewhere.trust())
      }
    }
  }

  /// An agent with a good certificate poses as the collector to other agents, and to operators.
  @Test func anAgentsCertificateMakesNoCollector() async throws {
    let site = try TestSite()
    for imposter in [try site.agent(), try site.operator("mallory"), try site.selfSigned(.collector("main"))] {
      try await LoopbackServer.run(site: site, as: imposter) { server in
        await expectUnavailable { _ = try await server.call(connect, as: try site.agent()) }
        #expect(server.registry.count == 0)
      }
    }
  }

  @Test func aRenewedCertificateIsUsedAtTheNextConnection() async throws {
    try await LoopbackServer.run { server in
      let first = try server.site.agent(lifetime: .seconds(60))
      _ = try await server.call(connect, as: first)
      server.clock.advance(by: .seconds(61))
      first.replace(with: try server.site.agent().current)
      _ = try await server.call(connect, as: first)
    }
  }

  @Test func onePeerHasOnlySoManyConnections() async throws {
    var limits = TransportLimits()
    limits.connectionsOfOnePeer = 1
    try await LoopbackServer.run(limits: limits) { server in
      let agent = try server.site.agent()
      try await server.withClient(as: agent) { client in
        _ = try await LoopbackServer.call(connect, through: client)
        await expectUnavailable { _ = try await server.call(connect, as: agent) }
        #expect(await server.refusals.contains("connections"))
        _ = try await LoopbackServer.call(connect, through: client)
      }
    }
  }

  @Test func allPeersTogetherHaveOnlySoManyConnections() async throws {
    var limits = TransportLimits()
    limits.connections = 1
    try await LoopbackServer.run(limits: limits) { server in
      try await server.withClient(as: try server.site.agent()) { client in
        _ = try await LoopbackServer.call(connect, through: client)
        await expectUnavailable { _ = try await server.call(connect, as: try server.site.agent()) }
        #expect(await server.refusals.contains("connections"))
      }
      // Its place is free again.
      #expect(await until { server.registry.count == 0 })
      _ = try await server.call(connect, as: try server.site.agent())
    }
  }

  @Test func aMessageHasOnlySoManyBytes() async throws {
    var limits = TransportLimits()
    limits.messageBytes = 1000
    try await LoopbackServer.run(limits: limits) { server in
      try await server.withClient(as: try server.site.agent()) { client in
        _ = try await LoopbackServer.call(connect, through: client, sending: [UInt8](repeating: 0, count: 1000))
        await expectUnavailable {
          _ = try await LoopbackServer.call(connect, through: client, sending: [UInt8](repeating: 0, count: 1001))
        }
        _ = try await LoopbackServer.call(connect, through: client)
      }
    }
  }

  /// Load must be able to move to another collector, silent streams or not.
  @Test func aConnectionEndsWithItsAge() async throws {
    var limits = TransportLimits()
    limits.age = .milliseconds(200)
    limits.grace = .milliseconds(200)
    try await LoopbackServer.run(limits: limits) { server in
      try await server.withClient(as: try server.site.agent()) { client in
        let start = ContinuousClock.now
        _ = await #expect(throws: RPCError.self) { try await holdOpen(client) {} }
        #expect(ContinuousClock.now - start < .seconds(5))
      }
    }
  }

  private func holdOpen(
    _ client: GRPCClient<HTTP2ClientTransport.Posix>, _ body: @escaping @Sendable () async throws -> Void
  ) async throws {
    var options = CallOptions.defaults
    options.waitForReady = false
    try await client.bidirectionalStreaming(
      request: StreamingClientRequest { writer in
        try await writer.write([])
        // Says nothing more, and never ends by itself.
        try await Task.sleep(for: .seconds(60))
      }, descriptor: connect, serializer: BytesCoding(), deserializer: BytesCoding(), options: options
    ) { response in
      var messages = response.messages.makeAsyncIterator()
      _ = try await messages.next()
      try await body()
      while try await messages.next() != nil {}
    }
  }
}

/// Expects that no RPC got through.
func expectUnavailable(_ body: () async throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) async {
  do {
    try await body()
    Issue.record("the call went through", sourceLocation: sourceLocation)
  } catch let error as RPCError {
    #expect(error.code == .unavailable, "\(error)", sourceLocation: sourceLocation)
  } catch {
    Issue.record("\(error)", sourceLocation: sourceLocation)
  }
}

/// Expects that the server answered with a refusal of its own.
func expectDenied(
  _ code: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async {
  do {
    try await body()
    Issue.record("the call went through", sourceLocation: sourceLocation)
  } catch let error as RPCError {
    #expect(error.code == .permissionDenied, "\(error)", sourceLocation: sourceLocation)
    #expect(CordonError(error).code == code, sourceLocation: sourceLocation)
  } catch {
    Issue.record("\(error)", sourceLocation: sourceLocation)
  }
}
