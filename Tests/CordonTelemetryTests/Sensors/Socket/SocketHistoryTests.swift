import CordonCore
import CordonTestSupport
import Testing

@testable import CordonTelemetry

/// What of the kernel's sockets is new.
@Suite struct SocketHistoryTests {
  static func socket(
    _ port: UInt16, _ address: String = "0.0.0.0", transport: ListeningPort.Transport = .tcp,
    remote: String = "0.0.0.0",
    remotePort: UInt16 = 0, inode: UInt32 = 1
  ) throws -> SocketDump.Entry {
    SocketDump.Entry(
      transport: transport, localPort: port, localAddress: try #require(IPAddress(address)), remotePort: remotePort,
      remoteAddress: try #require(IPAddress(remote)), user: 0, inode: inode)
  }

  static func at(_ seconds: Int64) -> Timestamp { FakeClock.start.advanced(by: .seconds(seconds)) }

  @Test func `the first look tells how many there are, later ones what is new`() throws {
    var history = SocketHistory()
    let before = try [Self.socket(22), Self.socket(22, "::"), Self.socket(631, "127.0.0.1")]
    let first = history.listening(before, at: Self.at(0)).map(\.port)
    #expect(first == [ListeningPort(transport: .tcp, port: 22, isOpen: true, isNew: false, total: 2)])
    #expect(history.listening(before, at: Self.at(5)).isEmpty)
    let second = history.listening(before + [try Self.socket(4444)], at: Self.at(10)).map(\.port)
    #expect(second == [ListeningPort(transport: .tcp, port: 4444, isOpen: true, isNew: true, total: 3)])
  }

  @Test func `a port that opens to others is new`() throws {
    var history = SocketHistory()
    _ = history.listening([try Self.socket(631, "127.0.0.1")], at: Self.at(0))
    let found = history.listening([try Self.socket(631, "::")], at: Self.at(5)).map(\.port)
    #expect(found == [ListeningPort(transport: .tcp, port: 631, isOpen: true, isNew: true, total: 1)])
  }

  @Test func `a program that is restarted is not new, one that comes back much later is`() throws {
    var history = SocketHistory()
    let sockets = [try Self.socket(22)]
    _ = history.listening(sockets, at: Self.at(0))
    _ = history.listening([], at: Self.at(5))
    #expect(history.listening(sockets, at: Self.at(599)).isEmpty)
    _ = history.listening([], at: Self.at(1300))
    #expect(history.listening(sockets, at: Self.at(1305)).count == 1)
  }

  @Test func `a UDP client's port says nothing`() throws {
    var history = SocketHistory()
    _ = history.listening([], at: Self.at(0))
    let client = try Self.socket(40_000, transport: .udp)
    let server = try Self.socket(514, transport: .udp)
    #expect(history.listening([client, server], at: Self.at(5)).map(\.port.port) == [514])
  }

  @Test func `connections that this machine begins are told once`() throws {
    var history = SocketHistory()
    _ = history.listening([try Self.socket(22)], at: Self.at(0))
    let out = try Self.socket(50_000, "192.0.2.1", remote: "192.0.2.9", remotePort: 443, inode: 5)
    let served = try Self.socket(22, "192.0.2.1", remote: "192.0.2.8", remotePort: 50_001, inode: 6)
    let own = try Self.socket(50_002, "127.0.0.1", remote: "127.0.0.1", remotePort: 631, inode: 7)
    #expect(history.connected([out, served, own]) == [out])
    #expect(history.connected([out, served, own]).isEmpty)
    #expect(history.connected([]).isEmpty)
    #expect(history.connected([out]) == [out])
  }
}
