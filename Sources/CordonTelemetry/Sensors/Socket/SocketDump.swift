package import CordonCore
import Glibc

/// The kernel's sockets of one kind, as its socket diagnostics list them (NETLINK_SOCK_DIAG, sock_diag(7)).
package struct SocketDump: Hashable, Sendable {
  /// One socket.
  package struct Entry: Hashable, Sendable {
    package var transport: ListeningPort.Transport
    package var localPort: UInt16
    package var localAddress: IPAddress
    package var remotePort: UInt16
    package var remoteAddress: IPAddress
    /// Owner.
    package var user: UInt32
    /// By which /proc knows it; 0 where it is no process's any more.
    package var inode: UInt32
  }

  /// Sockets at one look, at most.
  package static let entryLimit = 65_536
  /// Bytes of a message's head, of a request, of an answer.
  private static let headLength = 16
  private static let requestLength = 56
  private static let answerLength = 72
  private static let byFamily: UInt16 = 20
  private static let done: UInt16 = 3
  private static let failure: UInt16 = 2

  /// TCP sockets that listen, or UDP sockets that are bound and not connected.
  package static func listening(_ transport: ListeningPort.Transport) throws(CordonError) -> [Entry] {
    try dump(transport, states: transport == .tcp ? 1 << 10 : 1 << 7)
  }

  /// TCP connections, and those that are being made.
  package static func connected() throws(CordonError) -> [Entry] {
    try dump(.tcp, states: 1 << 1 | 1 << 2)
  }

  private static func dump(_ transport: ListeningPort.Transport, states: UInt32) throws(CordonError) -> [Entry] {
    var entries: [Entry] = []
    for family in [AF_INET, AF_INET6] {
      // NETLINK_SOCK_DIAG
      let descriptor = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 4)
      guard descriptor >= 0 else { throw unreadable() }
      defer { close(descriptor) }
      let request = request(family: UInt8(family), transport: transport, states: states)
      guard send(descriptor, request, request.count, 0) == request.count else { throw unreadable() }
      var buffer = [UInt8](repeating: 0, count: 64 << 10)
      var goesOn = true
      while goesOn {
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw unreadable() }
        goesOn = try read(Array(buffer[..<count]), transport, into: &entries)
      }
    }
    return entries
  }

  private static func unreadable() -> CordonError {
    CordonError(
      .unavailable, "socket-list-unreadable",
      "The kernel's sockets cannot be listed: \(String(cString: strerror(errno))).",
      remedy: "The kernel needs CONFIG_INET_DIAG and CONFIG_INET_UDP_DIAG.")
  }

  /// `struct nlmsghdr` and `struct inet_diag_req_v2`.
  static func request(family: UInt8, transport: ListeningPort.Transport, states: UInt32) -> [UInt8] {
    var writer = RecordWriter()
    writer.put(headLength + requestLength, as: 4)
    writer.put(byFamily, as: 2)
    // NLM_F_REQUEST | NLM_F_DUMP
    writer.put(0x301, as: 2)
    writer.put(0, as: 8)
    writer.put(family, as: 1)
    writer.put(transport.rawValue, as: 1)
    writer.put(0, as: 2)
    writer.put(states, as: 4)
    return writer.bytes + [UInt8](repeating: 0, count: requestLength - 8)
  }

  /// Takes the answers of one datagram; false at the list's end, and for what is no list. Code: `socket-list-unreadable`,
  /// where the kernel lists no sockets of this kind.
  package static func read(
    _ bytes: [UInt8], _ transport: ListeningPort.Transport, into entries: inout [Entry]
  ) throws(CordonError) -> Bool {
    var start = 0
    while start + headLength <= bytes.count {
      let length = Int(bytes.word32(at: start))
      let type = bytes.word16(at: start + 4)
      guard length >= headLength, length <= bytes.count - start, type != done else { return false }
      guard type != failure else {
        errno = length >= headLength + 4 ? Int32(truncatingIfNeeded: 0 &- bytes.word32(at: start + headLength)) : EINVAL
        throw unreadable()
      }
      if type == byFamily, length >= headLength + answerLength, entries.count < entryLimit,
        let entry = entry(bytes, at: start + headLength, transport)
      {
        entries.append(entry)
      }
      start += (length + 3) & ~3
    }
    return true
  }

  /// `struct inet_diag_msg`: ports and addresses are in network order.
  private static func entry(_ bytes: [UInt8], at start: Int, _ transport: ListeningPort.Transport) -> Entry? {
    let length = Int32(bytes[start]) == AF_INET ? 4 : 16
    guard let local = IPAddress(bytes: bytes[(start + 8)..<(start + 8 + length)]),
      let remote = IPAddress(bytes: bytes[(start + 24)..<(start + 24 + length)])
    else { return nil }
    return Entry(
      transport: transport, localPort: UInt16(bytes[start + 4]) << 8 | UInt16(bytes[start + 5]), localAddress: local,
      remotePort: UInt16(bytes[start + 6]) << 8 | UInt16(bytes[start + 7]), remoteAddress: remote,
      user: bytes.word32(at: start + 64), inode: bytes.word32(at: start + 68))
  }
}
