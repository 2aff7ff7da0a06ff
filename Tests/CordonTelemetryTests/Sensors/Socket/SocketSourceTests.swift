import CordonCore
import CordonTestSupport
import Glibc
import Testing

@testable import CordonTelemetry

/// The kernel's own list of sockets, and the test's own among them.
@Suite struct SocketSourceTests {
  /// A socket of this process on a port that the kernel chooses, on loopback.
  static func withListener<Result>(_ body: (UInt16, Int32) async throws -> Result) async throws -> Result {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port: UInt16? = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && listen(listener, 1) == 0 && getsockname(listener, address, &length) == 0
      } ? UInt16(bigEndian: pointer.pointee.sin_port) : nil
    }
    return try await body(try #require(port), listener)
  }

  @Test func `the kernel lists a socket that listens, and /proc says whose it is`() async throws {
    try await Self.withListener { port, _ in
      let entry = try #require(try SocketDump.listening(.tcp).first { $0.localPort == port })
      #expect(entry.localAddress == IPAddress("127.0.0.1") && entry.user == getuid() && entry.inode > 0)
      #expect(SocketOwners.find([entry.inode]) == [entry.inode: UInt32(getpid())])
    }
  }

  @Test func `a port that is opened is told, with its process`() async throws {
    // Another program has to do it: of its own process a source says nothing.
    let source = SocketSensor(settings: SocketSourceSettings(interval: .milliseconds(50))).makeSource()
    try source.start()
    defer { source.stop() }
    let child = try Self.spawnListener()
    defer {
      kill(child, SIGKILL)
      waitpid(child, nil, 0)
    }
    var parser = MachineParser(sensor: SocketSensor.name)
    let found = try await Live.observe(source.queue, &parser) { $0.process?.pid == UInt32(child) }
    let observation = try #require(found.last { $0.process?.pid == UInt32(child) })
    guard case .port(let port) = observation.object else {
      Issue.record("It is no port that was told of.")
      return
    }
    #expect(port.isNew && !port.isOpen && port.transport == .tcp && port.total > 0)
    #expect(observation.process?.executable.isEmpty == false)
  }

  /// Another program that listens.
  private static func spawnListener() throws -> pid_t {
    var pid = pid_t()
    let script = "import socket,time; s=socket.socket(); s.bind(('127.0.0.1',0)); s.listen(); time.sleep(60)"
    let arguments: [String] = ["python3", "-c", script]
    var pointers = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    try #require(posix_spawnp(&pid, "python3", nil, nil, &pointers, environ) == 0)
    return pid
  }

  @Test(
    arguments: [
      [], [1, 2, 3], [UInt8](repeating: 0, count: 16), [UInt8](repeating: 0xFF, count: 200),
      [16, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [200, 0, 0, 0, 20, 0] + [UInt8](repeating: 0, count: 100),
    ] as [[UInt8]]) func `what is no list ends it`(bytes: [UInt8]) throws
  {
    var entries: [SocketDump.Entry] = []
    _ = try SocketDump.read(bytes, .tcp, into: &entries)
    #expect(entries.isEmpty)
  }

  /// As where the kernel has no diagnostics of UDP: no list is not an empty one.
  @Test(arguments: [[20, 0, 0, 0, 2, 0], [16, 0, 0, 0, 2, 0]] as [[UInt8]]) func `a refusal is told`(head: [UInt8]) {
    // ENOENT, as the kernel has it: negative.
    let bytes = head + [UInt8](repeating: 0, count: 10) + (head[0] == 20 ? [0xFE, 0xFF, 0xFF, 0xFF] : [])
    var entries: [SocketDump.Entry] = []
    let error = #expect(throws: CordonError.self) { try SocketDump.read(bytes, .udp, into: &entries) }
    #expect(error?.code == "socket-list-unreadable")
    #expect(head[0] != 20 || error?.message.contains("No such file") == true)
  }
}
