package import CordonCore
import CordonStore
package import CordonTrust
import Logging
import Synchronization

/// The signed trust bundle in force: which CA roots this site's programs trust, and which keys no more.
///
/// The collector cannot make one. It follows what root holders signed, and passes it on; agents check it again.
package final class TrustBook: Sendable {
  /// A bundle with the envelope that agents will see.
  package struct Followed: Sendable {
    package var bundle: TrustBundle
    package var envelope: Envelope
  }

  private let context: CollectorContext
  private let authority: AuthorityBook
  private let state: Mutex<Followed?>

  /// Reads the newest that the store holds and trusts what it says; without one the grant's roots are trusted.
  package static func open(_ context: CollectorContext, authority: AuthorityBook) async throws -> TrustBook {
    let book = TrustBook(context: context, authority: authority)
    if let stored = try await context.store.authority(.trust, most: 1).first {
      let envelope = try Envelope(serialized: stored.envelope)
      try book.follow(Followed(bundle: try TrustBundle(payload: envelope.payload), envelope: envelope))
    }
    return book
  }

  private init(context: CollectorContext, authority: AuthorityBook) {
    self.context = context
    self.authority = authority
    state = Mutex(nil)
  }

  package var followed: Followed? { state.withLock { $0 } }
  /// 0 before the first.
  package var serial: UInt64 { followed?.bundle.serial ?? 0 }

  /// DER of the CA roots that are trusted now.
  package func roots() throws(CordonError) -> [[UInt8]] {
    var roots: [[UInt8]] = []
    for root in context.trust.contents.roots { roots.append(try root.derBytes()) }
    return roots
  }

  /// Takes a bundle that enough root holders signed; open connections feel it at once, agents get it next.
  ///
  /// Codes: those of `TrustBundle.accept`, and `own-root` where no root of it vouches for this collector.
  package func submit(_ envelope: Envelope, by operatorName: OperatorName) async throws -> UInt64 {
    let bundle = try TrustBundle.accept(envelope, above: serial, by: authority.verifier, at: context.now)
    guard await vouches(bundle) else {
      throw CordonError(
        .conflict, "own-root", "None of the bundle's CA roots vouches for this collector's own certificate.",
        remedy: "Give the collector a grant under one of them first: cordon site sign-collector --root.")
    }
    let bytes = try envelope.serialized()
    try await context.store.storeAuthority(
      AuthorityRecord(
        kind: .trust, serial: bundle.serial, envelope: bytes, storedAt: context.now, storedBy: operatorName.text),
      Consequences(
        ledger: [
          context.record(
            .trustSubmitted, by: operatorName.actor, on: "trust/\(bundle.serial)",
            ["roots": "\(bundle.roots.count)", "revoked_keys": "\(bundle.revokedKeys.count)"])
        ],
        outbound: [OutboundDraft(to: .everyone, type: envelope.type.rawValue, envelope: bytes, supersedesType: true)]))
    try follow(Followed(bundle: bundle, envelope: envelope))
    context.logger.notice("trust bundle followed", metadata: ["serial": "\(bundle.serial)"])
    return bundle.serial
  }

  /// Enrolled agents whose certificates are older than this collector's intermediate: they may chain to an older root.
  package func agentsBehind() async throws -> Int {
    let since = context.identity.authority.chain.notBefore.advanced(by: CertificateAuthority.leafLifetime)
    return try await context.store.agents().count { $0.state == .enrolled && $0.certificateNotAfter < since }
  }

  private func follow(_ next: Followed) throws(CordonError) {
    let isNewer = state.withLock { state in
      guard next.bundle.serial > state?.bundle.serial ?? 0 else { return false }
      state = next
      return true
    }
    guard isNewer else { return }
    try context.trust.replaceRoots(next.bundle.roots)
    // What the store revoked, operators above all, stays revoked beside the bundle's keys.
    for key in next.bundle.revokedKeys { context.trust.revoke(key) }
  }

  /// Whether a certificate of this collector's own authority would be good under the bundle.
  private func vouches(_ bundle: TrustBundle) async -> Bool {
    do {
      let trust = try TrustStore(domain: context.trust.domain, roots: bundle.roots)
      let request = try SigningRequest(der: try context.identity.identityKey.signingRequest())
      let probe = try context.identity.authority.issue(
        try PeerIdentity(.collector, context.name), for: request, at: context.now)
      _ = try await PeerVerifier(trust: trust, clock: context.clock, accepting: [.collector], as: .server).verify(probe)
      return true
    } catch {
      return false
    }
  }
}
