import CordonContainment
import CordonCore
import CordonTestSupport
import Glibc
import Testing

/// Real packets between two namespaces: the block on one side, the look from the other.
@Suite struct WitnessProbeTests {
  private struct Reachable: ManagementProbe {
    let isReachable: Bool

    func reachable() -> Set<Endpoint> {
      guard isReachable, let address = IPAddress("127.0.0.1") else { return [] }
      return [Endpoint(address: address, port: 1)]
    }
  }

  @Test func listeningSocketsAreRead() throws {
    let text = """
        sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
         0: 0100007F:0277 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
         1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0
         2: 014DE70A:01BD 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3 1 0 100 0 0 10 0
         3: 014DE70A:C350 024DE70A:0016 01 00000000:00000000 00:00000000 00000000     0        0 4 1 0 100 0 0 10 0
         4: broken
      """
    let sockets = ListeningSockets.parse(text)
    #expect(sockets.map(\.port) == [631, 22, 445])
    #expect(sockets.map { $0.address.description } == ["127.0.0.1", "0.0.0.0", "10.231.77.1"])
    #expect(sockets.map(\.isEverywhere) == [false, true, false])
    let six = ListeningSockets.parse(
      "head\n 0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 0 0 0\n")
    #expect(six.map(\.port) == [8080] && six.allSatisfy(\.isEverywhere))
  }

  @Test(.enabled(if: RealMachine.isRoot, RealMachine.rootOnly)) func aBlockIsSeenFromTheBlockedSide() throws {
    try TestNetwork.with { network in
      let blocked = try #require(IPAddress(TestNetwork.peerAddress))
      let own = try #require(IPAddress(TestNetwork.hostAddress))
      // A listener in the host's namespace, as long as the test.
      let listener = try TestNetwork.inside(network.host) {
        try Child("exec /usr/bin/python3 -c \"$1\"", arguments: [Self.listener])
      }
      defer { listener.end() }
      let port = try #require(
        try TestNetwork.inside(network.host) { () -> UInt16? in
          #expect(OwnPlace.address(towards: blocked) == own)
          _ = RealMachine.waits(for: { Self.port(of: listener, at: own) != nil })
          return Self.port(of: listener, at: own)
        })
      let place = Endpoint(address: own, port: port)
      func look(isReachable: Bool = true) throws -> WitnessProbe.Finding {
        try TestNetwork.inside(network.peer) {
          WitnessProbe.look(at: place, management: Reachable(isReachable: isReachable))
        }
      }
      #expect(try look().code == "answered")
      let hold = Hold(
        commandID: Sample.id(1), action: .blockAddress(Sample.sealed(TestNetwork.peerAddress)),
        target: .address(blocked),
        authority: .operators, lease: Lease(granted: Sample.start, length: .seconds(60)), maxUntil: Sample.start.wall,
        undo: .unblock(blocked))
      try TestNetwork.inside(network.host) { try AddressBlock().apply(hold, others: []) { _ in } }
      let seen = try look()
      #expect(seen.code.isEmpty && seen.evidence.count == 2)
      #expect(try look(isReachable: false).code == "no-network")
      _ = try TestNetwork.inside(network.host) { try AddressBlock().undo(hold, others: []) }
      #expect(try look().code == "answered")
    }
  }

  /// /proc/net is the namespace of the process, not of the thread: the listener's own is read.
  private static func port(of listener: Child, at address: IPAddress) -> UInt16? {
    ListeningSockets.parse(KernelFile.text("/proc/\(listener.pid)/net/tcp") ?? "")
      .filter { $0.isEverywhere || $0.address == address }.map(\.port).min()
  }

  private static let listener = """
    import socket
    server = socket.create_server(("", 8445))
    while True: server.accept()[0].close()
    """
}
