package import CordonCore

/// What of the kernel's sockets is new since the last looks. A value: takes lists, gives what they mean.
package struct SocketHistory: Sendable {
  /// For how long a port that is listened on no more is not new again: programs are restarted.
  package static let memory = Duration.seconds(600)
  /// Connections that are told apart.
  package static let connectionLimit = 16_384

  private struct Port: Hashable, Sendable {
    var transport: ListeningPort.Transport
    var number: UInt16
    var isOpen: Bool
  }

  private var seen: [Port: Timestamp] = [:]
  private var connections: Set<SocketDump.Entry> = []
  private var hasLooked = false
  private let ephemeral: ClosedRange<UInt16>

  /// - Parameter ephemeral: ports that the kernel gives to whoever asks for any: a UDP client's say nothing.
  package init(ephemeral: ClosedRange<UInt16> = 32_768...60_999) { self.ephemeral = ephemeral }

  /// Ports on which listening began, each with a socket that does; at the first look one that tells how many there are.
  package mutating func listening(
    _ entries: [SocketDump.Entry], at now: Timestamp
  ) -> [(port: ListeningPort, socket: SocketDump.Entry)] {
    var ports: [Port: SocketDump.Entry] = [:]
    for entry in entries where !(entry.transport == .udp && ephemeral.contains(entry.localPort)) {
      let port = Port(transport: entry.transport, number: entry.localPort, isOpen: Self.isOpen(entry.localAddress))
      if ports[port] == nil { ports[port] = entry }
    }
    let total = UInt32(clamping: ports.count)
    var found: [(port: ListeningPort, socket: SocketDump.Entry)] = []
    for (port, entry) in ports.sorted(by: { ($0.key.number, $0.value.inode) < ($1.key.number, $1.value.inode) })
    where seen[port] == nil && (hasLooked || found.isEmpty) {
      let told = ListeningPort(
        transport: port.transport, port: port.number, isOpen: port.isOpen, isNew: hasLooked, total: total)
      found.append((told, entry))
    }
    for port in ports.keys { seen[port] = now }
    seen = seen.filter { now.since($0.value) < Self.memory }
    hasLooked = true
    return found
  }

  /// Connections to other machines that were not there at the last look and that this machine began, as far as ports tell.
  package mutating func connected(_ entries: [SocketDump.Entry]) -> [SocketDump.Entry] {
    let served = Set(seen.keys.filter { $0.transport == .tcp }.map(\.number))
    let current = Set(
      entries.lazy.filter { HostFeatures.isOutbound($0.remoteAddress) && !served.contains($0.localPort) }
        .prefix(Self.connectionLimit))
    defer { connections = current }
    return current.subtracting(connections).sorted { $0.inode < $1.inode }
  }

  /// Whether other machines reach it.
  private static func isOpen(_ address: IPAddress) -> Bool {
    let bytes = address.bytes
    return address.isV4 ? bytes[0] != 127 : bytes.dropLast().contains { $0 != 0 } || bytes[15] != 1
  }
}
