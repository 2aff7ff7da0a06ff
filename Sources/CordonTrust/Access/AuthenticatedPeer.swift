package import CordonCore
package import GRPCCore
package import X509

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

  /// From a chain that `PeerVerifier` verified, leaf first, with its root: reads it, and verifies nothing.
  ///
  /// Codes: `certificate-missing`, `certificate-untrusted`, `certificate-identity`.
  package init(verifiedPath path: [Certificate], domain: TrustDomain) throws(CordonError) {
    guard let leaf = path.first else {
      throw CordonError(.denied, "certificate-missing", "No certificate was presented.")
    }
    var keys: Set<KeyDigest> = []
    for certificate in path {
      guard let digest = KeyDigest(of: certificate) else {
        throw CordonError(.denied, "certificate-untrusted", "The chain holds a key that is not P-256.")
      }
      keys.insert(digest)
    }
    guard let own = KeyDigest(of: leaf) else {
      throw CordonError(.denied, "certificate-untrusted", "The certificate's key is not P-256.")
    }
    let names = (try? leaf.extensions.subjectAlternativeNames).flatMap { $0 }.map(Array.init) ?? []
    let uris = names.compactMap { name in
      if case .uniformResourceIdentifier(let uri) = name { uri } else { nil }
    }
    guard uris.count == 1, let identity = PeerIdentity(uri: uris[0], in: domain) else {
      throw CordonError(
        .denied, "certificate-identity", "The certificate does not name exactly one SPIFFE id of \(domain).")
    }
    self.init(identity: identity, keyDigest: own, chainKeys: keys, notAfter: Timestamp(leaf.notValidAfter))
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
