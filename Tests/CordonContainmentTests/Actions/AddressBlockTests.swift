import CordonContainment
import CordonCore
import CordonTestSupport
import Glibc
import Testing

/// In network namespaces of the test's own, probed from outside.
@Suite(.enabled(if: RealMachine.isRoot, RealMachine.rootOnly), .serialized) struct AddressBlockTests {
  static func hold(_ number: UInt64, _ address: String) throws -> Hold {
    let address = try #require(IPAddress(address))
    return Hold(
      commandID: Sample.id(number), action: .blockAddress(Sample.sealed("x")), target: .address(address),
      authority: .operators, lease: Lease(granted: Sample.start, length: .seconds(60)), maxUntil: Sample.start.wall,
      undo: .unblock(address))
  }

  static func listen(_ address: String) throws -> (fd: Int32, port: UInt16) {
    let endpoint = try #require(IPAddress(address))
    let fd = socket(endpoint.isV4 ? AF_INET : AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
    var port: UInt16 = 0
    if endpoint.isV4 {
      var name = sockaddr_in()
      name.sin_family = sa_family_t(AF_INET)
      withUnsafeMutableBytes(of: &name.sin_addr) { $0.copyBytes(from: endpoint.bytes) }
      port = try bound(fd, &name) { UInt16(bigEndian: $0.sin_port) }
    } else {
      var name = sockaddr_in6()
      name.sin6_family = sa_family_t(AF_INET6)
      withUnsafeMutableBytes(of: &name.sin6_addr) { $0.copyBytes(from: endpoint.bytes) }
      port = try bound(fd, &name) { UInt16(bigEndian: $0.sin6_port) }
    }
    try #require(Glibc.listen(fd, 8) == 0)
    return (fd, port)
  }

  private static func bound<Name>(_ fd: Int32, _ name: inout Name, _ port: (Name) -> UInt16) throws -> UInt16 {
    var length = socklen_t(MemoryLayout<Name>.size)
    let outcome = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(fd, $0, length) == 0 ? getsockname(fd, $0, &length) : -1
      }
    }
    try #require(outcome == 0)
    return port(name)
  }

  /// A connection that stays, made with the shell so that it is a process like any other.
  static func answer(from space: String, to address: String, _ port: UInt16) throws -> ConnectionProbe.Answer {
    let endpoint = Endpoint(address: try #require(IPAddress(address)), port: port)
    return try TestNetwork.inside(space) { ConnectionProbe.connect(endpoint, within: .milliseconds(400)) }
  }

  static let families = [
    (TestNetwork.hostAddress, TestNetwork.peerAddress), (TestNetwork.hostAddress6, TestNetwork.peerAddress6),
  ]

  @Test(arguments: families) func cutsNewFlowsBothWays(host: String, peer: String) throws {
    try TestNetwork.with { network in
      let out = try TestNetwork.inside(network.peer) { try Self.listen(peer) }
      let inward = try TestNetwork.inside(network.host) { try Self.listen(host) }
      defer { close(out.fd); close(inward.fd) }
      // A fresh link takes a moment to carry IPv6.
      #expect(RealMachine.waits(for: { (try? Self.answer(from: network.host, to: peer, out.port)) == .connected }))
      #expect(try Self.answer(from: network.peer, to: host, inward.port) == .connected)
      let block = AddressBlock()
      let hold = try Self.hold(1, peer)
      let evidence = try TestNetwork.inside(network.host) {
        #expect(try block.plan(hold.target, command: hold.commandID, others: []) == hold.undo)
        #expect(!block.isInPlace(hold))
        try block.apply(hold, others: []) { _ in }
        // Again: as after a crash.
        try block.apply(hold, others: []) { _ in }
        #expect(block.isInPlace(hold))
        return try block.verify(hold)
      }
      #expect(evidence.contains { $0.contains("seen dropped") }, "\(evidence)")
      // What leaves the agent names no address.
      #expect(!evidence.contains { $0.contains(peer) })
      #expect(try Self.answer(from: network.host, to: peer, out.port) != .connected)
      #expect(try Self.answer(from: network.peer, to: host, inward.port) == .silence)
      try TestNetwork.inside(network.host) {
        _ = try block.undo(hold, others: [])
        _ = try block.undo(hold, others: [])
        #expect(!block.isInPlace(hold))
        #expect(throws: CordonError.self) { try block.verify(hold) }
        #expect(try Program(path: "/usr/sbin/nft").run(["list", "ruleset"]).output.isEmpty)
      }
      #expect(try Self.answer(from: network.host, to: peer, out.port) == .connected)
      #expect(try Self.answer(from: network.peer, to: host, inward.port) == .connected)
    }
  }

  /// The connection that an intruder holds already must not outlive the block.
  @Test(arguments: families) func cutsEstablishedFlows(host: String, peer: String) throws {
    try TestNetwork.with { network in
      let listener = try TestNetwork.inside(network.peer) { try Self.listen(peer) }
      #expect(RealMachine.waits(for: { (try? Self.answer(from: network.host, to: peer, listener.port)) == .connected }))
      close(accept(listener.fd, nil, nil))
      let client = try TestNetwork.inside(network.host) { try Self.connected(peer, listener.port) }
      let accepted = accept(listener.fd, nil, nil)
      defer { for fd in [listener.fd, client, accepted] { close(fd) } }
      #expect(send(client, "1", 1, Int32(MSG_NOSIGNAL)) == 1)
      #expect(Self.receives(accepted))
      let hold = try Self.hold(1, peer)
      try TestNetwork.inside(network.host) {
        try AddressBlock().apply(hold, others: []) { _ in }
        #expect(try AddressBlock().verify(hold).contains { $0.hasPrefix("no connection") })
      }
      // The program is told at once, and nothing reaches the other side.
      #expect(send(client, "2", 1, Int32(MSG_NOSIGNAL)) == -1)
      #expect(!Self.receives(accepted))
    }
  }

  private static func connected(_ address: String, _ port: UInt16) throws -> Int32 {
    let endpoint = try #require(IPAddress(address))
    let fd = socket(endpoint.isV4 ? AF_INET : AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
    let outcome: Int32
    if endpoint.isV4 {
      var name = sockaddr_in()
      name.sin_family = sa_family_t(AF_INET)
      name.sin_port = port.bigEndian
      withUnsafeMutableBytes(of: &name.sin_addr) { $0.copyBytes(from: endpoint.bytes) }
      outcome = connect(fd, &name)
    } else {
      var name = sockaddr_in6()
      name.sin6_family = sa_family_t(AF_INET6)
      name.sin6_port = port.bigEndian
      withUnsafeMutableBytes(of: &name.sin6_addr) { $0.copyBytes(from: endpoint.bytes) }
      outcome = connect(fd, &name)
    }
    try #require(outcome == 0)
    return fd
  }

  private static func connect<Name>(_ fd: Int32, _ name: inout Name) -> Int32 {
    let length = socklen_t(MemoryLayout<Name>.size)
    return withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(fd, $0, length) }
    }
  }

  private static func receives(_ fd: Int32) -> Bool {
    var polled = pollfd(fd: fd, events: Int16(POLLIN), revents: 0)
    guard poll(&polled, 1, 300) == 1 else { return false }
    var byte: UInt8 = 0
    return recv(fd, &byte, 1, 0) == 1
  }

  /// Others are left alone; two orders on one address end with the last; strays of a lost journal are swept.
  @Test func manyHolds() throws {
    try TestNetwork.with { network in
      let listener = try TestNetwork.inside(network.peer) { try Self.listen(TestNetwork.bystander) }
      defer { close(listener.fd) }
      let first = try Self.hold(1, TestNetwork.peerAddress)
      let second = try Self.hold(2, TestNetwork.peerAddress)
      let third = try Self.hold(3, "198.51.100.7")
      let block = AddressBlock()
      try TestNetwork.inside(network.host) {
        for hold in [first, second, third] { try block.apply(hold, others: []) { _ in } }
        _ = try block.undo(first, others: [second, third])
        #expect(block.isInPlace(second) && block.isInPlace(third))
        _ = try block.undo(second, others: [third])
        #expect(!block.isInPlace(second) && block.isInPlace(third))
        try block.apply(second, others: [third]) { _ in }
        #expect(try block.unblockStrays(except: [third]) == 1)
        #expect(!block.isInPlace(second) && block.isInPlace(third))
        #expect(try block.unblockStrays(except: []) == 1)
        #expect(try block.unblockStrays(except: []) == 0)
        try block.apply(second, others: []) { _ in }
      }
      #expect(try Self.answer(from: network.host, to: TestNetwork.bystander, listener.port) == .connected)
    }
  }

  /// Somebody flushes the ruleset: it is noticed, and put back.
  @Test func noticesAFlushedRuleset() throws {
    try TestNetwork.with { network in
      let hold = try Self.hold(1, TestNetwork.peerAddress)
      try TestNetwork.inside(network.host) {
        let block = AddressBlock()
        try block.apply(hold, others: []) { _ in }
        _ = try Program(path: "/usr/sbin/nft").run(["flush", "chain", "inet", "cordon", "out"])
        #expect(!block.isInPlace(hold))
        try block.apply(hold, others: []) { _ in }
        _ = try Program(path: "/usr/sbin/nft").run(["flush", "ruleset"])
        #expect(!block.isInPlace(hold))
        try block.apply(hold, others: []) { _ in }
        #expect(block.isInPlace(hold))
      }
    }
  }

  @Test func saysWhatIsMissing() throws {
    let hold = try Self.hold(1, TestNetwork.peerAddress)
    expectRefusal("not-applied") {
      _ = try AddressBlock(nft: Program(path: "/no/such/nft"))
        .plan(hold.target, command: hold.commandID, others: [])
    }
  }
}
