package import CordonCore
import Glibc

/// An address and port that a probe connects to.
package struct Endpoint: Hashable, Sendable {
  package var address: IPAddress
  package var port: UInt16

  package init(address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }
}

/// A real connection attempt from this machine.
package enum ConnectionProbe {
  /// What came of an attempt.
  package enum Answer: Hashable, Sendable {
    case connected
    /// A peer, or something in its name, answered that nobody listens.
    case refused
    /// Nothing came back in time.
    case silence
    /// This machine would not send: no route, or a rule of its own forbids it.
    case notSent(Int32)
  }

  /// Tries a TCP connection and closes it at once.
  package static func connect(_ endpoint: Endpoint, within patience: Duration) -> Answer {
    let family = endpoint.address.isV4 ? AF_INET : AF_INET6
    let fd = socket(family, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC | O_NONBLOCK, 0)
    guard fd >= 0 else { return .notSent(errno) }
    defer { close(fd) }
    if aim(fd, endpoint) == 0 { return .connected }
    if errno != EINPROGRESS { return answer(errno) }
    var polled = pollfd(fd: fd, events: Int16(POLLOUT), revents: 0)
    guard poll(&polled, 1, Int32(clamping: patience.milliseconds)) == 1 else { return .silence }
    var error: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length)
    return error == 0 ? .connected : answer(error)
  }

  private static func answer(_ error: Int32) -> Answer {
    switch error {
    case ECONNREFUSED, ECONNRESET: .refused
    case ETIMEDOUT: .silence
    default: .notSent(error)
    }
  }

  /// connect(2) to an address of either family.
  static func aim(_ fd: Int32, _ endpoint: Endpoint) -> Int32 {
    if endpoint.address.isV4 {
      var socket = sockaddr_in()
      socket.sin_family = sa_family_t(AF_INET)
      socket.sin_port = endpoint.port.bigEndian
      withUnsafeMutableBytes(of: &socket.sin_addr) { $0.copyBytes(from: endpoint.address.bytes) }
      return connect(fd, &socket)
    }
    var socket = sockaddr_in6()
    socket.sin6_family = sa_family_t(AF_INET6)
    socket.sin6_port = endpoint.port.bigEndian
    withUnsafeMutableBytes(of: &socket.sin6_addr) { $0.copyBytes(from: endpoint.address.bytes) }
    return connect(fd, &socket)
  }

  private static func connect<Address>(_ fd: Int32, _ address: inout Address) -> Int32 {
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(fd, $0, socklen_t(MemoryLayout<Address>.size))
      }
    }
  }
}

/// Whether the way to the collector is open; what was open before an action must be open after it.
package protocol ManagementProbe: Sendable {
  /// Endpoints that answer now.
  func reachable() -> Set<Endpoint>
}

/// Connects to each of the collector's endpoints.
package struct CollectorProbe: ManagementProbe {
  private let endpoints: @Sendable () -> [Endpoint]

  /// No more endpoints are tried, so that a probe ends in time.
  package static let mostEndpoints = 4
  package static let patience: Duration = .milliseconds(500)

  package init(endpoints: @escaping @Sendable () -> [Endpoint]) { self.endpoints = endpoints }

  package func reachable() -> Set<Endpoint> {
    Set(
      endpoints().prefix(Self.mostEndpoints).filter { ConnectionProbe.connect($0, within: Self.patience) == .connected }
    )
  }
}
