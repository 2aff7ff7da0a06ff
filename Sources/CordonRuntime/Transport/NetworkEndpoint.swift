package import CordonCore
import GRPCCore
import GRPCNIOTransportHTTP2Posix

/// Where a server listens or is found: `127.0.0.1:8443`, `[::1]:8443`, or for clients `collector.example:8443`.
package struct NetworkEndpoint: Hashable, Sendable, CustomStringConvertible {
  /// A numeric address without brackets, or a DNS name.
  package let host: String
  package let port: Int

  private static let longestHost = 253

  /// From `host:port`; code `endpoint` for anything else.
  package init(_ text: String) throws(CordonError) {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (0...65_535).contains(port)
    else { throw Self.invalid(text) }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
      guard host.contains(":") else { throw Self.invalid(text) }
    } else if host.contains(":") {
      throw Self.invalid(text)
    }
    guard !host.isEmpty, host.utf8.count <= Self.longestHost else { throw Self.invalid(text) }
    self.host = host
    self.port = port
  }

  package init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// To listen on; the host must be a numeric address.
  var socketAddress: SocketAddress {
    get throws(CordonError) {
      guard IPAddress(host) != nil else {
        throw CordonError(
          .invalid, "endpoint", "Cannot listen on \(self): \(host) is not a numeric address.",
          remedy: "Give an address of this machine, or 0.0.0.0 for all of them.")
      }
      return host.contains(":") ? .ipv6(host: host, port: port) : .ipv4(host: host, port: port)
    }
  }

  /// To connect to.
  var target: any ResolvableTarget {
    if IPAddress(host) == nil { return .dns(host: host, port: port) }
    return host.contains(":") ? .ipv6(address: host, port: port) : .ipv4(address: host, port: port)
  }

  private static func invalid(_ text: String) -> CordonError {
    CordonError(
      .invalid, "endpoint", "\"\(text.prefix(300))\" is not host:port.",
      remedy: "Write it as 10.1.2.3:8443, [fd00::1]:8443 or collector.example:8443.")
  }
}
