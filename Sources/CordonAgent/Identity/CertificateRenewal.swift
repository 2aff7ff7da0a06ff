package import CordonCore
package import CordonTrust
import CordonWire
import FoundationEssentials
package import GRPCCore
package import Logging
import ServiceLifecycle
import Synchronization

/// Renews the agent's certificate from two thirds of its life on, without a restart.
///
/// While the site's CA rolls, a certificate that the newest root does not vouch for is renewed early, so that the old
/// root can go. A failed attempt is tried again after a jittered pause; the connection in use stays as it is, and the next one
/// presents the new chain.
package struct CertificateRenewal<Transport: ClientTransport>: Service {
  private let connector: UplinkService<Transport>.Connector
  private let identity: LiveIdentity
  private let trust: TrustStore
  private let chainPath: String
  private let clock: any WallClock
  private let logger: Logger

  /// Longest time between two looks at the clock: a machine that slept must not wait for its old timer.
  private static var longestPause: Duration { .seconds(600) }
  /// Over which a fleet spreads its renewals after a roll of the CA.
  private static var rollSpread: Duration { .seconds(6 * 3600) }

  package init(
    connector: @escaping UplinkService<Transport>.Connector, identity: LiveIdentity, trust: TrustStore,
    chainPath: String,
    clock: any WallClock, logger: Logger
  ) {
    self.connector = connector
    self.identity = identity
    self.trust = trust
    self.chainPath = chainPath
    self.clock = clock
    self.logger = logger
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown { await renewForEver() }
  }

  private func renewForEver() async {
    var randomness = SystemRandomNumberGenerator()
    var due = Self.due(identity.current.chain, &randomness)
    var hasHastened = false
    while !Task.isCancelled {
      let now = clock.now
      if !hasHastened, await isBehind() {
        let spread = Int64.random(in: 0...Self.rollSpread.milliseconds, using: &randomness)
        due = min(due, now.advanced(by: .milliseconds(spread)))
        hasHastened = true
      }
      if now >= due {
        hasHastened = false
        do {
          due = Self.due(try await renew(), &randomness)
          logger.info("Certificate renewed", metadata: ["next": "\(due.milliseconds)"])
        } catch {
          logger.warning("Certificate not renewed yet", metadata: ["error": "\(error)"])
          due = now.advanced(by: .milliseconds(Int64.random(in: 60_000...600_000, using: &randomness)))
        }
      }
      let pause = min(Self.longestPause, max(.seconds(1), due.since(clock.now)))
      try? await Task.sleep(for: pause)
    }
  }

  /// Whether several CA roots are trusted, and the newest of them does not vouch for the present certificate.
  package func isBehind() async -> Bool {
    guard let newest = trust.newestRootAlone else { return false }
    do {
      _ = try await PeerVerifier(trust: newest, clock: clock, accepting: [.agent], as: .client)
        .verify(identity.current.chain)
      return false
    } catch {
      return true
    }
  }

  /// Asks for the next certificate of the same key, and puts it to use once it is on disk.
  package func renew() async throws -> CertificateChain {
    let current = identity.current
    var request = Cordon_V1_RenewRequest()
    request.csr = Data(try current.key.signingRequest())
    let answer = Mutex<CertificateChain?>(nil)
    try await connector { [request] client in
      let response = try await Cordon_V1_Identity.Client(wrapping: client).renew(request)
      let chain = try CertificateChain(der: response.chain.map { [UInt8]($0) })
      answer.withLock { $0 = chain }
    }
    guard let chain = answer.withLock({ $0 }) else {
      throw CordonError(.unavailable, "renewal", "The collector's answer to the renewal did not come.")
    }
    guard KeyDigest(of: chain.leaf) == current.key.digest, chain.notAfter > current.chain.notAfter else {
      throw CordonError(
        .denied, "foreign-certificate", "The collector renewed with a certificate of another key, or an older one.")
    }
    // From a collector whose clock is ahead: put to use, it would shut the agent out once that clock is right again.
    guard chain.notBefore <= clock.now else {
      throw CordonError(
        .denied, "clock", "The collector renewed with a certificate that is not valid yet by this machine's clock.",
        remedy: "Compare the clocks of both machines; the present certificate stays in use until then.")
    }
    try chain.save(to: chainPath)
    identity.replace(with: try LiveIdentity.Current(chain: chain, key: current.key))
    return chain
  }

  private static func due(_ chain: CertificateChain, _ randomness: inout some RandomNumberGenerator) -> Timestamp {
    RenewalRule.due(notBefore: chain.notBefore, notAfter: chain.notAfter, randomness: &randomness)
  }
}
