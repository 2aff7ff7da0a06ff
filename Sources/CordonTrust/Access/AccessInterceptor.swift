package import CordonCore
package import GRPCCore

/// At the start of every RPC: the peer is not revoked, its certificate not at its end, and the table lets it call.
package struct AccessInterceptor: ServerInterceptor {
  private let trust: TrustStore
  private let clock: any WallClock
  private let rolesOfOperator: @Sendable (String, KeyDigest) async throws -> Set<OperatorRole>

  /// - Parameter rolesOfOperator: read at every call of an operator with the key of their certificate, so that a role
  ///   taken away is gone at once; empty for an operator who is unknown.
  package init(
    trust: TrustStore, clock: any WallClock,
    rolesOfOperator: @escaping @Sendable (String, KeyDigest) async throws -> Set<OperatorRole>
  ) {
    self.trust = trust
    self.clock = clock
    self.rolesOfOperator = rolesOfOperator
  }

  package func intercept<Input: Sendable, Output: Sendable>(
    request: StreamingServerRequest<Input>, context: ServerContext,
    next:
      @Sendable (StreamingServerRequest<Input>, ServerContext) async throws
      -> StreamingServerResponse<Output>
  ) async throws -> StreamingServerResponse<Output> {
    var context = context
    var peer = context.authenticatedPeer
    if let known = peer {
      try check(known)
      if case .operator(let name) = known.identity {
        peer?.operatorRoles = try await rolesOfOperator(name, known.keyDigest)
      }
    }
    try AccessTable.check(context.descriptor.fullyQualifiedMethod, by: peer)
    context.transportSpecific = peer.map(PeerContext.init(peer:))
    return try await next(request, context)
  }

  private func check(_ peer: AuthenticatedPeer) throws(CordonError) {
    guard !trust.isRevoked(peer) else {
      throw CordonError(.denied, "revoked", "The \(peer.identity.role.rawValue) \(peer.identity.name) is revoked.")
    }
    guard clock.now < peer.notAfter else {
      throw CordonError(.denied, "certificate-expired", "The certificate of \(peer.identity.name) has expired.")
    }
  }
}
