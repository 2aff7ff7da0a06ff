import CordonCore
import CordonRuntime
import CordonTestSupport
import CordonTrust
import Foundation
import Glibc
import Logging
import Synchronization
import Testing

/// Sockets that somebody else has bound: taken over whole or given back, whatever strangers do to them.
@Suite struct SocketReceiverTests {
  /// A port of loopback as bind and connect take it, written by hand: which module the structure belongs to depends on
  /// what else a build imports.
  static func address(_ port: UInt16) -> [UInt8] {
    withUnsafeBytes(of: sa_family_t(AF_INET)) { Array($0) } + [UInt8(port >> 8), UInt8(port & 0xFF), 127, 0, 0, 1]
      + [UInt8](repeating: 0, count: 8)
  }

  static func withAddress<Value>(
    _ bytes: inout [UInt8], _ body: (UnsafeMutablePointer<sockaddr>) -> Value
  ) throws -> Value {
    try bytes.withUnsafeMutableBytes { body(try #require($0.baseAddress).assumingMemoryBound(to: sockaddr.self)) }
  }

  /// A listening socket on loopback, and its port.
  static func listen() throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    var address = address(0)
    var length = socklen_t(address.count)
    let isBound = try withAddress(&address) {
      bind(descriptor, $0, length) == 0 && Glibc.listen(descriptor, 1024) == 0
        && getsockname(descriptor, $0, &length) == 0
    }
    try #require(isBound)
    return (descriptor, UInt16(address[2]) << 8 | UInt16(address[3]))
  }

  /// A connection to a port of loopback; negative where nobody listens.
  static func connect(to port: UInt16) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = address(port)
    let length = socklen_t(address.count)
    guard try !withAddress(&address, { Glibc.connect(descriptor, $0, length) == 0 }) else { return descriptor }
    close(descriptor)
    return -1
  }

  static func identity() throws -> ReceiverIdentity {
    let current = try TestSite().collector().current
    func pem(_ label: String, _ bytes: [UInt8]) -> [UInt8] {
      let text = Data(bytes).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
      return Array("-----BEGIN \(label)-----\n\(text)\n-----END \(label)-----\n".utf8)
    }
    let certificates = try current.chain.der.flatMap { pem("CERTIFICATE", $0) }
    return ReceiverIdentity(
      certificates: certificates, key: pem("PRIVATE KEY", current.key.der), authorities: certificates)
  }

  @Test func `a socket that cannot be secured is closed`() throws {
    let receiver = SocketReceiver(logger: Logger(label: "test"))
    defer { receiver.closeAll() }
    let (descriptor, port) = try Self.listen()
    let listener = try #require(Listener("tls://127.0.0.1:\(port)"))
    let broken = ReceiverIdentity(certificates: [], key: [1], authorities: [])
    let error = #expect(throws: CordonError.self) {
      try receiver.open(listener, descriptor: descriptor, identity: broken) { _ in .goOn }
    }
    #expect(error?.code == "receiver-identity")
    #expect(try Self.connect(to: port) < 0)
  }

  @Test(arguments: ["tls", "https"]) func `of connections that never agree on TLS no more than so many are held`(
    scheme: String
  ) async throws {
    let receiver = SocketReceiver(logger: Logger(label: "test"))
    defer { receiver.closeAll() }
    let (descriptor, port) = try Self.listen()
    let refused = Mutex(0)
    try receiver.open(
      try #require(Listener("\(scheme)://127.0.0.1:\(port)")), descriptor: descriptor, identity: try Self.identity()
    ) { received in
      if case .refused = received { refused.withLock { $0 += 1 } }
      return .goOn
    }
    var clients: [Int32] = []
    defer { for client in clients { close(client) } }
    for _ in 0..<SocketReceiver.handshakeLimit { clients.append(try Self.connect(to: port)) }
    try #require(clients.allSatisfy { $0 >= 0 })
    let late = try Self.connect(to: port)
    clients.append(late)
    var patience = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(late, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var byte: UInt8 = 0
    #expect(recv(late, &byte, 1, 0) == 0, "The one too many is closed.")
    #expect(recv(clients[0], &byte, 1, Int32(MSG_DONTWAIT)) < 0, "Those before it are not.")
    for _ in 0..<500 where refused.withLock({ $0 }) == 0 { try await Task.sleep(for: .milliseconds(10)) }
    #expect(refused.withLock { $0 } == 1)
  }
}
