package import CordonCore
import Synchronization
package import X509

/// The live trust bundle of a program: CA roots and what is revoked. Changes take effect at once, on open connections too.
package final class TrustStore: Sendable {
  /// What is trusted at one moment.
  package struct Contents: Sendable {
    package var roots: [Certificate]
    package var revokedKeys: Set<KeyDigest> = []
    package var revokedIdentities: Set<PeerIdentity> = []
  }

  private struct State {
    var contents: Contents
    var observers: [@Sendable () -> Void] = []
  }

  package let domain: TrustDomain
  private let state: Mutex<State>

  /// Most CA roots at a time.
  package static let mostRoots = CertificateChain.mostCertificates

  /// Refuses no roots, and too many.
  package init(domain: TrustDomain, roots: [Certificate]) throws(CordonError) {
    try Self.check(roots)
    self.domain = domain
    state = Mutex(State(contents: Contents(roots: roots)))
  }

  /// Trusts that root alone whose key is pinned, such as by an enrolment token; `pin` where none of them is it.
  package convenience init(domain: TrustDomain, roots: [Certificate], pinnedTo pin: KeyDigest) throws(CordonError) {
    let pinned = roots.filter { KeyDigest(of: $0) == pin }
    guard !pinned.isEmpty else {
      throw CordonError(
        .denied, "pin", "The enrolment token is for a site with another CA root than this machine's site bundle.",
        remedy: "Install the bundle of the site whose collector made the token.")
    }
    try self.init(domain: domain, roots: pinned)
  }

  package var contents: Contents { state.withLock { $0.contents } }

  /// A store that trusts the newest root alone; nil where there is only one: no CA is rolling.
  package var newestRootAlone: TrustStore? {
    let roots = contents.roots
    guard roots.count > 1, let newest = roots.max(by: { $0.notValidBefore < $1.notValidBefore }) else { return nil }
    return try? TrustStore(domain: domain, roots: [newest])
  }

  /// Trusts these CA roots from now on, and no others.
  package func replaceRoots(_ roots: [Certificate]) throws(CordonError) {
    try Self.check(roots)
    change { $0.roots = roots }
  }

  package func revoke(_ identity: PeerIdentity) { change { $0.revokedIdentities.insert(identity) } }

  package func revoke(_ key: KeyDigest) { change { $0.revokedKeys.insert(key) } }

  /// An operator of the same name was added anew; the revoked keys stay revoked.
  package func reinstate(_ identity: PeerIdentity) { change { $0.revokedIdentities.remove(identity) } }

  /// Sets what is revoked to what the store of record says.
  package func setRevoked(keys: Set<KeyDigest>, identities: Set<PeerIdentity>) {
    change {
      $0.revokedKeys = keys
      $0.revokedIdentities = identities
    }
  }

  /// Whether a peer's identity, or any key of its chain, is revoked.
  package func isRevoked(_ peer: AuthenticatedPeer) -> Bool {
    state.withLock { state in
      state.contents.revokedIdentities.contains(peer.identity)
        || !state.contents.revokedKeys.isDisjoint(with: peer.chainKeys)
    }
  }

  /// Runs an action after every change, on the changing thread; it must return quickly.
  package func onChange(_ action: @escaping @Sendable () -> Void) { state.withLock { $0.observers.append(action) } }

  private func change(_ body: (inout Contents) -> Void) {
    let observers = state.withLock { state in
      body(&state.contents)
      return state.observers
    }
    for observer in observers { observer() }
  }

  private static func check(_ roots: [Certificate]) throws(CordonError) {
    guard (1...mostRoots).contains(roots.count) else {
      throw CordonError(.invalid, "trust-bundle", "A trust bundle has 1 to \(mostRoots) CA roots, not \(roots.count).")
    }
  }
}
