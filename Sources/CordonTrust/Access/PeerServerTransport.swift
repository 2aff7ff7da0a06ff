package import GRPCCore

/// A server transport that says, for each RPC, who is at the other end.
///
/// CordonRuntime derives the peer from the verified certificate; tests wrap the in-process transport, which carries
/// no identity of its own.
package struct PeerServerTransport<Wrapped: ServerTransport>: ServerTransport {
  package typealias Bytes = Wrapped.Bytes

  package let wrapped: Wrapped
  private let peer: @Sendable (ServerContext) async -> AuthenticatedPeer?

  /// - Parameter peer: nil where the connection carries no client certificate.
  package init(_ wrapped: Wrapped, peer: @escaping @Sendable (ServerContext) async -> AuthenticatedPeer?) {
    self.wrapped = wrapped
    self.peer = peer
  }

  package func configure(context: GRPCServerContext) { wrapped.configure(context: context) }

  package func listen(
    streamHandler: @escaping @Sendable (RPCStream<Inbound, Outbound>, ServerContext) async -> Void
  ) async throws {
    try await wrapped.listen { [peer] stream, context in
      var context = context
      context.transportSpecific = await peer(context).map(PeerContext.init(peer:))
      await streamHandler(stream, context)
    }
  }

  package func beginGracefulShutdown() { wrapped.beginGracefulShutdown() }
}
