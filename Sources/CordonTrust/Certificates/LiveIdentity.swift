package import CordonCore
import Synchronization

/// A program's own certificate and key, replaced on renewal without a restart: the next handshake uses the new ones.
package final class LiveIdentity: Sendable {
  /// A chain with the key of its leaf.
  package struct Current: Sendable {
    package let chain: CertificateChain
    package let key: IdentityKey

    /// Refuses a key that is not the leaf's.
    package init(chain: CertificateChain, key: IdentityKey) throws(CordonError) {
      guard KeyDigest(of: chain.leaf) == key.digest else {
        throw CordonError(.invalid, "identity-mismatch", "The private key is not the certificate's.")
      }
      self.chain = chain
      self.key = key
    }
  }

  private let state: Mutex<Current>

  package init(_ current: Current) { state = Mutex(current) }

  package convenience init(chain: CertificateChain, key: IdentityKey) throws(CordonError) {
    self.init(try Current(chain: chain, key: key))
  }

  package var current: Current { state.withLock { $0 } }

  package func replace(with next: Current) { state.withLock { $0 = next } }
}
