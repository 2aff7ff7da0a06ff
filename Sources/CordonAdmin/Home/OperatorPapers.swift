import CordonCore
import CordonTrust
import FoundationEssentials

/// What a person who wants in sends to an admin: a certificate request and a public authority key. Holds no secret.
struct OperatorRequest: Codable, Equatable, Sendable {
  /// Tells this kind of file from others.
  var kind = "cordon-operator-request"
  var name: String
  /// DER PKCS#10.
  var certificateRequest: [UInt8]
  /// Ed25519, 32 bytes.
  var authorityKey: [UInt8]

  private static let mostBytes = 65_536

  init(name: String, certificateRequest: [UInt8], authorityKey: [UInt8]) {
    self.name = name
    self.certificateRequest = certificateRequest
    self.authorityKey = authorityKey
  }

  private enum CodingKeys: String, CodingKey {
    case kind, name
    case certificateRequest = "certificate_request"
    case authorityKey = "authority_key"
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    kind = try values.decode(String.self, forKey: .kind)
    name = try values.decode(String.self, forKey: .name)
    certificateRequest = [UInt8](try values.decode(Data.self, forKey: .certificateRequest))
    authorityKey = [UInt8](try values.decode(Data.self, forKey: .authorityKey))
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(kind, forKey: .kind)
    try values.encode(name, forKey: .name)
    try values.encode(Data(certificateRequest), forKey: .certificateRequest)
    try values.encode(Data(authorityKey), forKey: .authorityKey)
  }

  /// Reads a request; its signature, key and name are checked.
  static func load(from path: String, in environment: AdminEnvironment) throws(CordonError) -> OperatorRequest {
    let bytes = try FileInput.read(path, most: mostBytes, in: environment)
    guard let request = try? JSONDecoder().decode(OperatorRequest.self, from: Data(bytes)),
      request.kind == "cordon-operator-request"
    else {
      throw CordonError(
        .invalid, "operator-request", "\(path) is not an operator's request.",
        remedy: "Ask for the file that `cordon operator request` wrote.")
    }
    _ = try PeerIdentity(.operator, request.name)
    _ = try SigningRequest(der: request.certificateRequest)
    _ = try AuthorityKey(publicKey: request.authorityKey, holder: request.name, roles: [.respond])
    return request
  }
}

/// What the admin sends back: the certificate, whom to trust, and where the collector is. Holds no secret.
struct OperatorGrant: Codable, Equatable, Sendable {
  var kind = "cordon-operator-grant"
  var site: SiteFile
  /// PEM, leaf first.
  var chain: String
  /// PEM.
  var roots: String
  /// A whole envelope.
  var roster: Data

  private static let mostBytes = 4 << 20

  init(site: SiteFile, chain: String, roots: String, roster: Data) {
    self.site = site
    self.chain = chain
    self.roots = roots
    self.roster = roster
  }

  static func load(from path: String, in environment: AdminEnvironment) throws(CordonError) -> OperatorGrant {
    let bytes = try FileInput.read(path, most: mostBytes, in: environment)
    guard let grant = try? JSONDecoder().decode(OperatorGrant.self, from: Data(bytes)),
      grant.kind == "cordon-operator-grant"
    else {
      throw CordonError(
        .invalid, "operator-grant", "\(path) is not an operator's grant.",
        remedy: "Ask the admin for the file that `cordon operator add` wrote.")
    }
    return grant
  }
}

/// Writes papers as JSON with sorted keys.
enum Papers {
  static func write(_ paper: some Encodable, to path: String) throws(CordonError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(paper) else {
      throw CordonError(.defect, "papers", "\(path) cannot be encoded.")
    }
    try PrivateFile.create(at: path, holding: [UInt8](data) + [UInt8(ascii: "\n")])
  }
}
