package import CordonCore
package import CordonTrust
package import CordonWire

/// Opens a connection to a collector for the time of one command.
///
/// The connector verifies the collector against the site's roots and presents the operator's certificate. It closes
/// the connection when the body returns or throws; it does not retry.
package protocol AdminConnecting: Sendable {
  func withClients<Result: Sendable>(
    to collector: CollectorAccess, _ body: (CollectorClients) async throws -> Result
  ) async throws -> Result
}

/// The services that an operator calls, over one connection.
package struct CollectorClients: Sendable {
  package let admin: any Cordon_V1_Admin.ClientProtocol
  package let identity: any Cordon_V1_Identity.ClientProtocol

  package init(admin: any Cordon_V1_Admin.ClientProtocol, identity: any Cordon_V1_Identity.ClientProtocol) {
    self.admin = admin
    self.identity = identity
  }
}

/// Where a collector is, whom to trust for it, and who the operator is.
package struct CollectorAccess: Sendable {
  package var host: String
  package var port: Int
  package var trust: TrustStore
  package var chain: CertificateChain
  package var key: IdentityKey

  package init(host: String, port: Int, trust: TrustStore, chain: CertificateChain, key: IdentityKey) {
    self.host = host
    self.port = port
    self.trust = trust
    self.chain = chain
    self.key = key
  }
}

/// An address as people write it: `collector.example:7443`, `192.0.2.7:7443`, `[fd00::1]:7443`.
package struct CollectorAddress: Hashable, Sendable, CustomStringConvertible {
  package let host: String
  package let port: Int

  /// The Admin port unless the address names another.
  package static let usualPort = 7443

  /// Refuses an empty or overlong host and a port outside 1…65535.
  package init(_ text: String) throws(CordonError) {
    let refusal = CordonError(
      .invalid, "address", "\"\(text.prefix(80))\" is not a collector's address.",
      remedy: "Write HOST:PORT, such as collector.hospital.example:\(Self.usualPort) or [fd00::1]:\(Self.usualPort).")
    var host = Substring(text)
    var port = Substring("\(Self.usualPort)")
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      host = text[text.index(after: text.startIndex)..<end]
      let rest = text[text.index(after: end)...]
      guard rest.isEmpty || rest.hasPrefix(":") else { throw refusal }
      if !rest.isEmpty { port = rest.dropFirst() }
      guard IPAddress(host) != nil else { throw refusal }
    } else if let colon = text.lastIndex(of: ":") {
      host = text[..<colon]
      port = text[text.index(after: colon)...]
    }
    let isPlain = !host.contains("[") && host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
    guard !host.isEmpty, host.utf8.count <= 253, isPlain, text.hasPrefix("[") || !host.contains(":"),
      let number = Int(port), (1...65_535).contains(number), port.allSatisfy(\.isNumber)
    else { throw refusal }
    self.host = String(host)
    self.port = number
  }

  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
