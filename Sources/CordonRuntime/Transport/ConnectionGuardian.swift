package import CordonCore
package import CordonTrust
import NIOCore
import NIOSSL
import Synchronization
import X509

/// What all connections of one transport share: who is accepted, by which trust, and whom to tell of refusals.
package struct ConnectionGuardian: Sendable {
  let trust: TrustStore
  let clock: any WallClock
  let accepting: Set<PeerRole>
  let usage: PeerVerifier.Usage
  let limits: TransportLimits
  /// Nil on clients, and where callers have no certificate.
  let registry: ConnectionRegistry?
  /// False on the enrolment port alone.
  let expectsCertificate: Bool
  private let onRefusal: @Sendable (CordonError) -> Void
  private let open = OpenConnections()

  /// - Parameters:
  ///   - accepting: roles of the peers; empty where they have no certificate.
  ///   - usage: what the peers are: `.client` on a server, `.server` on a client.
  ///   - onRefusal: called for each connection that is refused or closed; must return quickly.
  package init(
    trust: TrustStore, clock: any WallClock, accepting: Set<PeerRole>, usage: PeerVerifier.Usage,
    limits: TransportLimits = TransportLimits(), registry: ConnectionRegistry? = nil,
    onRefusal: @escaping @Sendable (CordonError) -> Void = { _ in }
  ) {
    self.trust = trust
    self.clock = clock
    self.accepting = accepting
    self.usage = usage
    self.limits = limits
    self.registry = registry
    self.expectsCertificate = !accepting.isEmpty
    self.onRefusal = onRefusal
  }

  func report(_ error: CordonError) { onRefusal(error) }

  /// False where as many are open as may be, whether their handshakes are over or not.
  func enter() -> Bool { open.enter(most: limits.connections) }

  /// For each connection that entered, once.
  func leave() { open.leave() }

  /// Replaces all of BoringSSL's own checks, as the transport's custom verification callback.
  var verification: @Sendable ([NIOSSLCertificate], EventLoopPromise<NIOSSLVerificationResultWithMetadata>) -> Void {
    let verifier = PeerVerifier(trust: trust, clock: clock, accepting: accepting, as: usage)
    return { presented, promise in
      // Exempt: the handshake owns this task through its promise, and X509's verifier is asynchronous.
      promise.completeWithTask {
        do {
          var chain: [[UInt8]] = []
          for certificate in presented { chain.append(try certificate.toDERBytes()) }
          let (_, path) = try await verifier.verify(try CertificateChain(der: chain))
          var validated: [NIOSSLCertificate] = []
          for certificate in path {
            validated.append(try NIOSSLCertificate(bytes: try certificate.derBytes(), format: .der))
          }
          return .certificateVerified(VerificationMetadata(ValidatedCertificateChain(validated)))
        } catch {
          let refusal = error as? CordonError
          onRefusal(refusal ?? CordonError(.denied, "certificate-malformed", "The peer's certificate is unusable."))
          return .failed
        }
      }
    }
  }

  /// Who a chain that `verification` returned belongs to.
  func peer(of chain: NIOSSL.ValidatedCertificateChain) throws(CordonError) -> AuthenticatedPeer {
    var path: [Certificate] = []
    for certificate in chain {
      guard let bytes = try? certificate.toDERBytes() else {
        throw CordonError(.defect, "certificate-malformed", "A verified certificate cannot be encoded.")
      }
      path.append(try Certificate(bounded: bytes))
    }
    return try AuthenticatedPeer(verifiedPath: path, domain: trust.domain)
  }
}

/// How many connections of a transport are open.
private final class OpenConnections: Sendable {
  private let count = Mutex(0)

  func enter(most: Int) -> Bool {
    count.withLock { count in
      guard count < most else { return false }
      count += 1
      return true
    }
  }

  func leave() { count.withLock { $0 -= 1 } }
}
