import CordonCore
import Glibc

/// Ports of the loopback interface that nobody uses now.
enum FreePort {
  /// Two at once, so that they differ.
  static func pair() throws -> (Int, Int) {
    let first = try bound()
    defer { close(first.socket) }
    let second = try bound()
    defer { close(second.socket) }
    return (first.port, second.port)
  }

  private static func bound() throws -> (socket: Int32, port: Int) {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { throw CordonError(.unavailable, "test-socket", "No socket can be made.") }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(socket, generic, length) == 0 && getsockname(socket, generic, &length) == 0
      }
    }
    guard isBound else {
      close(socket)
      throw CordonError(.unavailable, "test-port", "No port is free.")
    }
    return (socket, Int(in_port_t(bigEndian: address.sin_port)))
  }
}
