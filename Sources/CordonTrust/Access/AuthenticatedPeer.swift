package import CordonCore
package import GRPCCore

/// Who is at the other end of a connection, as the verified certificate says. All that services know of a caller.
package struct AuthenticatedPeer: Hashable, Sendable {
  package let identity: PeerIdentity
  /// Of the certificate's own key.
  package let keyDigest: KeyDigest
  /// Of every key of the chain, the root's included.
  package let chainKeys: Set<KeyDigest>
  package let notAfter: Timestamp
  /// Filled in at the start of each RPC; empty for agents and collectors.
  package var operatorRoles: Set<OperatorRole> = []

  package init(identity: PeerIdentity, keyDigest: KeyDigest, chainKeys: Set<KeyDigest> = [], notAfter: Timestamp) {
    self.identity = identity
    self.keyDigest = keyDigest
    self.chainKeys = chainKeys.union([keyDigest])
    self.notAfter = notAfter
  }

  /// The calling agent's id; refuses every other caller.
  package var agentID: AgentID {
    get throws(CordonError) {
      guard case .agent(let id) = identity else {
        throw CordonError(.denied, "role", "Only agents may call this.")
      }
      return id
    }
  }

  /// The calling operator's name; refuses every other caller.
  package var operatorName: String {
    get throws(CordonError) {
      guard case .operator(let name) = identity else {
        throw CordonError(.denied, "role", "Only operators may call this.")
      }
      return name
    }
  }
}

/// How a transport hands the peer to services.
package struct PeerContext: ServerContext.TransportSpecific {
  package var peer: AuthenticatedPeer

  package init(peer: AuthenticatedPeer) { self.peer = peer }
}

extension ServerContext {
  /// Nil where the connection carries no client certificate: on the enrolment port alone.
  package var authenticatedPeer: AuthenticatedPeer? { (transportSpecific as? PeerContext)?.peer }

  /// The caller; refuses a connection without one.
  package var peer: AuthenticatedPeer {
    get throws(CordonError) {
      guard let peer = authenticatedPeer else {
        throw CordonError(.denied, "unauthenticated", "The connection carries no client certificate.")
      }
      return peer
    }
  }
}
