package import CordonTrust
import NIOCore
import Synchronization

/// Every open connection of a server under its peer's identity, so that a revocation closes it at once.
package final class ConnectionRegistry: Sendable {
  private struct Entry {
    var peer: AuthenticatedPeer
    var channel: any Channel
  }

  private struct State {
    var entries: [ObjectIdentifier: Entry] = [:]
    var counts: [PeerIdentity: Int] = [:]
  }

  private let trust: TrustStore
  private let limits: TransportLimits
  private let state = Mutex(State())

  /// - Parameter trust: its changes close what is no longer trusted.
  package init(trust: TrustStore, limits: TransportLimits = TransportLimits()) {
    self.trust = trust
    self.limits = limits
    trust.onChange { [weak self] in self?.closeRevoked() }
  }

  package var count: Int { state.withLock { $0.entries.count } }

  /// How many connections an identity has.
  package func connections(of identity: PeerIdentity) -> Int { state.withLock { $0.counts[identity] ?? 0 } }

  /// Closes every connection of an identity, such as one that is quarantined.
  package func close(_ identity: PeerIdentity) { close { $0.identity == identity } }

  /// False where the peer has all the connections that it may have, or is revoked.
  func register(_ channel: any Channel, of peer: AuthenticatedPeer) -> Bool {
    let isAdmitted = state.withLock { state in
      guard state.counts[peer.identity, default: 0] < limits.connectionsOfOnePeer else { return false }
      state.entries[ObjectIdentifier(channel)] = Entry(peer: peer, channel: channel)
      state.counts[peer.identity, default: 0] += 1
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

  func unregister(_ channel: any Channel) {
    state.withLock { state in
      guard let entry = state.entries.removeValue(forKey: ObjectIdentifier(channel)) else { return }
      let left = state.counts[entry.peer.identity, default: 1] - 1
      state.counts[entry.peer.identity] = left > 0 ? left : nil
    }
  }

  private func closeRevoked() { close { [trust] in trust.isRevoked($0) } }

  private func close(where isUnwanted: (AuthenticatedPeer) -> Bool) {
    let channels = state.withLock { state in state.entries.values.filter { isUnwanted($0.peer) }.map(\.channel) }
    for channel in channels { channel.close(mode: .all, promise: nil) }
  }
}
