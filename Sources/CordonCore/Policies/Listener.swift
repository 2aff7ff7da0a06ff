/// Where an agent listens for what other machines send it, such as `udp://0.0.0.0:514` or `tls://[::]:6514`.
package struct Listener: Hashable, Sendable {
  package enum Transport: String, Sendable, CaseIterable {
    case udp, tcp, tls, https

    /// Whether both sides show certificates.
    package var isSecure: Bool { self == .tls || self == .https }
  }

  package let transport: Transport
  package let address: IPAddress
  package let port: UInt16

  package init(transport: Transport, address: IPAddress, port: UInt16) {
    self.transport = transport
    self.address = address
    self.port = port
  }

  /// From `transport://address:port`, IPv6 in brackets; nil for anything else, also for port 0.
  package init?(_ text: String) {
    guard let scheme = text.firstRange(of: "://"),
      let transport = Transport(rawValue: String(text[..<scheme.lowerBound]))
    else { return nil }
    let rest = text[scheme.upperBound...]
    guard let colon = rest.lastIndex(of: ":"), let port = UInt16(rest[rest.index(after: colon)...]), port > 0 else {
      return nil
    }
    var host = rest[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]"), host.contains(":") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard let address = IPAddress(host) else { return nil }
    self.init(transport: transport, address: address, port: port)
  }
}

extension Listener: CustomStringConvertible {
  /// The one way in which it is written.
  package var description: String {
    "\(transport.rawValue)://\(address.isV4 ? "\(address)" : "[\(address)]"):\(port)"
  }
}
