package import CordonCore

/// Whom processes have connected to lately, so that a detection can name the other end.
///
/// A child's peers count for its parent too: scripts call out through helpers. At most 2 × `processLimit` processes and
/// `peerLimit` peers of each.
package struct PeerMemory: Sendable {
  package static let processLimit = 1024
  package static let peerLimit = 8
  package static let memory = Duration.seconds(300)

  private struct Peer: Sendable {
    var address: IPAddress
    var time: Timestamp
  }

  private var peers = GenerationCache<UInt32, [Peer]>(limit: processLimit)

  package init() {}

  /// Takes in a connection to another machine; everything else is passed over.
  package mutating func take(_ observation: Observation) {
    guard let process = observation.process else { return }
    guard observation.activity == .connect, case .peer(let address, _) = observation.object,
      HostFeatures.isOutbound(address)
    else { return }
    note(address, by: process.pid, at: observation.time)
    if process.parent > 2 { note(address, by: process.parent, at: observation.time) }
  }

  /// The peers of a process and its children, latest first.
  package mutating func recent(of pid: UInt32, now: Timestamp) -> [IPAddress] {
    (peers[pid] ?? []).reversed().filter { now.since($0.time) < Self.memory }.map(\.address)
  }

  private mutating func note(_ address: IPAddress, by pid: UInt32, at time: Timestamp) {
    var known = peers[pid] ?? []
    known.removeAll { $0.address == address }
    if known.count >= Self.peerLimit { known.removeFirst() }
    known.append(Peer(address: address, time: time))
    peers[pid] = known
  }
}
