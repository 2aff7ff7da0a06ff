import CLinux
package import CordonCore
import Glibc

/// A socket that is bound here, where the right to low ports is, and read elsewhere, where no rights are.
package final class ListeningSocket: Sendable {
  /// Bytes that wait in the kernel while a burst of datagrams is read.
  private static let datagramBuffer: Int32 = 8 << 20
  private static let backlog: Int32 = 128

  package let listener: Listener
  package let descriptor: Int32

  /// Binds, and for streams listens. Code: `listen`.
  package init(_ listener: Listener) throws(CordonError) {
    self.listener = listener
    let isDatagram = listener.transport == .udp
    let kind = isDatagram ? SOCK_DGRAM : SOCK_STREAM
    descriptor = socket(
      listener.address.isV4 ? AF_INET : AF_INET6,
      Int32(kind.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue),
      0)
    guard descriptor >= 0 else { throw Self.failure(listener) }
    var yes: Int32 = 1
    let length = socklen_t(MemoryLayout<Int32>.size)
    if isDatagram {
      var size = Self.datagramBuffer
      if setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, length) != 0 {
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, length)
      }
    } else {
      setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, length)
    }
    // Each family has a listener of its own, so that neither takes the other's port.
    if !listener.address.isV4 { setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &yes, length) }
    guard Self.bind(descriptor, listener), isDatagram || listen(descriptor, Self.backlog) == 0 else {
      throw Self.failure(listener)
    }
  }

  /// Runs too where binding has failed: closed once, for the number may be another's at once.
  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Datagrams that the kernel has dropped for want of room since the socket was bound.
  package var drops: UInt32 { listener.transport == .udp ? cordon_socket_drops(descriptor) : 0 }

  private static func bind(_ descriptor: Int32, _ listener: Listener) -> Bool {
    let bytes = listener.address.bytes
    guard listener.address.isV4 else {
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = listener.port.bigEndian
      withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: bytes) }
      return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
        }
      }
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = listener.port.bigEndian
    withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: bytes) }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  private static func failure(_ listener: Listener) -> CordonError {
    CordonError(
      .unavailable, "listen", "Cannot listen on \(listener): \(String(cString: strerror(errno))).",
      remedy: "Name an address of this machine and a port that nothing else uses.")
  }
}
