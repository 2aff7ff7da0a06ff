package import CordonCore
package import CordonTrust
import Logging

/// Renews the collector's own certificate by its own intermediate, without a restart.
package struct IdentityRenewal: Sendable {
  /// How often the certificate is looked at.
  package static let interval: Duration = .seconds(60)

  private let context: CollectorContext
  private let live: LiveIdentity
  private let folder: String

  package init(context: CollectorContext, live: LiveIdentity, folder: String) {
    self.context = context
    self.live = live
    self.folder = folder
  }

  /// Looks until the task is cancelled.
  package func run() async throws {
    while true {
      do {
        if try renewIfDue() { context.logger.notice("collector's certificate renewed") }
      } catch {
        context.logger.error("collector's certificate not renewed", metadata: ["error": "\(error)"])
      }
      try await ContinuousClock().sleep(for: Self.interval)
    }
  }

  /// Renews from two thirds of the certificate's life on; true where it did.
  ///
  /// Also where its life has not begun: it was made while this machine's clock was ahead, and no agent accepts it now.
  package func renewIfDue() throws(CordonError) -> Bool {
    let current = live.current
    let life = current.chain.notAfter.since(current.chain.notBefore).milliseconds
    let due = current.chain.notBefore.advanced(by: .milliseconds(life / 3 * 2))
    let now = context.now
    guard now >= due || now < current.chain.notBefore else { return false }
    let request = try CollectorRequest(
      serialized: try PrivateFile.read("\(folder)/\(CollectorIdentity.Files.request)", most: 64 << 10))
    let chain = try context.identity.authority.issue(
      try PeerIdentity(.collector, context.name), for: try SigningRequest(der: current.key.signingRequest()),
      names: request.names, at: now)
    try chain.save(to: "\(folder)/\(CollectorIdentity.Files.identityChain)")
    live.replace(with: try LiveIdentity.Current(chain: chain, key: current.key))
    return true
  }
}
