package import CordonTrust
import NIOCore
import Synchronization

/// Every open connection of a server under its peer's identity, so that a revocation closes it at once.
package final class ConnectionRegistry: Sendable {
  private struct Entry {
    var peer: AuthenticatedPeer
    var channel: any Channel
  }

  private let trust: TrustStore
  private let limits: TransportLimits
  private let entries = Mutex<[ObjectIdentifier: Entry]>([:])

  /// - Parameter trust: its changes close what is no longer trusted.
  package init(trust: TrustStore, limits: TransportLimits = TransportLimits()) {
    self.trust = trust
    self.limits = limits
    trust.onChange { [weak self] in self?.closeRevoked() }
  }

  package var count: Int { entries.withLock { $0.count } }

  /// How many connections an identity has.
  package func connections(of identity: PeerIdentity) -> Int {
    entries.withLock { $0.values.count { $0.peer.identity == identity } }
  }

  /// Closes every connection of an identity, such as one that is quarantined.
  package func close(_ identity: PeerIdentity) { close { $0.identity == identity } }

  /// False where the peer or the server has all the connections it may have, or the peer is revoked.
  func register(_ channel: any Channel, of peer: AuthenticatedPeer) -> Bool {
    let isAdmitted = entries.withLock { entries in
      guard entries.count < limits.connections,
        entries.values.count(where: { $0.peer.identity == peer.identity }) < limits.connectionsOfOnePeer
      else { return false }
      entries[ObjectIdentifier(channel)] = Entry(peer: peer, channel: channel)
      return true
    }
    guard isAdmitted else { return false }
    // Registered first and asked then: a revocation in between is seen by one of the two.
    guard !trust.isRevoked(peer) else {
      unregister(channel)
      return false
    }
    return true
  }

  func unregister(_ channel: any Channel) { entries.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) } }

  private func closeRevoked() { close { [trust] in trust.isRevoked($0) } }

  private func close(where isUnwanted: (AuthenticatedPeer) -> Bool) {
    let channels = entries.withLock { entries in entries.values.filter { isUnwanted($0.peer) }.map(\.channel) }
    for channel in channels { channel.close(mode: .all, promise: nil) }
  }
}
