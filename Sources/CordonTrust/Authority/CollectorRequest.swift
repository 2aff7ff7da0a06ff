package import CordonCore
import CordonWire
import FoundationEssentials

/// What `cordon-collector init` asks of the site's holders. Holds no secret.
package struct CollectorRequest: Hashable, Sendable {
  /// The collector's name, as in its SPIFFE id and as holder of its standing key.
  package var name: String
  /// PKCS#10: for the online intermediate.
  package var authorityRequest: SigningRequest
  /// PKCS#10: for the collector's own certificate.
  package var identityRequest: SigningRequest
  /// Ed25519, 32 bytes.
  package var standingKey: [UInt8]
  package var names: ServerNames

  private let authorityBytes: [UInt8]
  private let identityBytes: [UInt8]

  private static let mostBytes = 16_384

  /// From the two requests as DER.
  package init(
    name: String, authority: [UInt8], identity: [UInt8], standingKey: [UInt8], names: ServerNames
  ) throws(CordonError) {
    self.name = try PeerIdentity(.collector, name).name
    authorityRequest = try SigningRequest(der: authority)
    identityRequest = try SigningRequest(der: identity)
    guard authorityRequest.keyDigest != identityRequest.keyDigest else {
      throw CordonError(.invalid, "collector-request", "The collector asks for one key to be CA and server at once.")
    }
    self.standingKey = try AuthorityKey(publicKey: standingKey, holder: name, roles: [.standing]).publicKey
    self.names = names
    authorityBytes = authority
    identityBytes = identity
  }

  /// From the bytes of a request file.
  package init(serialized bytes: [UInt8]) throws(CordonError) {
    guard bytes.count <= Self.mostBytes else {
      throw CordonError(.invalid, "oversized", "The collector's request has \(bytes.count) bytes.")
    }
    let wire = try Cordon_V1_CollectorRequest(strictly: bytes, of: "collector's request")
    try self.init(
      name: wire.name, authority: [UInt8](wire.caCsr), identity: [UInt8](wire.tlsCsr),
      standingKey: [UInt8](wire.standingKey),
      names: try ServerNames(dns: wire.dnsNames, addresses: wire.addresses.map { [UInt8]($0) }))
  }

  package func serialized() throws(CordonError) -> [UInt8] {
    var wire = Cordon_V1_CollectorRequest()
    wire.name = name
    wire.caCsr = Data(authorityBytes)
    wire.tlsCsr = Data(identityBytes)
    wire.standingKey = Data(standingKey)
    wire.dnsNames = names.dns
    wire.addresses = names.addresses.map { Data($0) }
    return try wire.strictBytes(of: "collector's request")
  }
}
