import CordonCore
import Glibc

/// Ports of the loopback interface.
enum Ports {
  private static func address(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return address
  }

  private static func withSocket<Value>(_ body: (Int32) throws -> Value) throws -> Value {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard socket >= 0 else { throw CordonError(.unavailable, "bench-socket", "No socket can be made.") }
    defer { _ = close(socket) }
    return try body(socket)
  }

  /// A port that nobody uses now.
  static func free() throws -> Int {
    try withSocket { socket in
      var address = address(0)
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let port = withUnsafeMutablePointer(to: &address) { pointer -> Int in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic -> Int in
          guard bind(socket, generic, length) == 0, getsockname(socket, generic, &length) == 0 else { return 0 }
          return Int(in_port_t(bigEndian: pointer.pointee.sin_port))
        }
      }
      guard port > 0 else { throw CordonError(.unavailable, "bench-port", "No port is free.") }
      return port
    }
  }

  /// Whether something listens.
  static func isOpen(_ port: Int) -> Bool {
    let answer = try? withSocket { socket in
      var address = address(port)
      return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
      }
    }
    return answer ?? false
  }

  /// Lets this process and its children open as many files as the system allows.
  static func raiseFileLimit() {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
