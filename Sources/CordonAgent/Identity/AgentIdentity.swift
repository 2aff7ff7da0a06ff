package import CordonCore
package import CordonTrust
package import Crypto
import FoundationEssentials

/// Who an enrolled agent is, and its own keys: what its worker needs to speak to the collector.
package struct AgentIdentity: Sendable {
  package let id: AgentID
  /// The host's label, clear to analysts.
  package let label: String
  package let group: String
  package let domain: TrustDomain
  /// CA roots that the collector's certificate may chain to.
  package let roots: CertificateChain
  package let key: IdentityKey
  package let chain: CertificateChain
  /// X25519: opens messages that are sealed to this agent.
  package let sealingKey: Curve25519.KeyAgreement.PrivateKey

  /// Names of files within an agent's identity folder.
  package enum Files {
    package static let facts = "agent.conf"
    package static let key = "tls.key"
    package static let chain = "tls.pem"
    package static let roots = "roots.pem"
    package static let sealingKey = "sealing.key"
  }

  private static let mostFileBytes = 1 << 18

  package init(
    id: AgentID, label: String, group: String, domain: TrustDomain, roots: CertificateChain, key: IdentityKey,
    chain: CertificateChain, sealingKey: Curve25519.KeyAgreement.PrivateKey
  ) {
    self.id = id
    self.label = label
    self.group = group
    self.domain = domain
    self.roots = roots
    self.key = key
    self.chain = chain
    self.sealingKey = sealingKey
  }

  /// Writes a new identity into a folder that holds none.
  ///
  /// The facts come last: a folder without them counts as not enrolled, so that a crash leaves nothing half-made in use.
  package func save(in folder: String) throws(CordonError) {
    try key.replace("\(folder)/\(Files.key)")
    try chain.save(to: "\(folder)/\(Files.chain)")
    try roots.save(to: "\(folder)/\(Files.roots)")
    try PrivateFile.replace("\(folder)/\(Files.sealingKey)", holding: [UInt8](sealingKey.rawRepresentation))
    let facts = "ID=\(id)\nLABEL=\(label)\nGROUP=\(group)\nTRUST_DOMAIN=\(domain)\n"
    try PrivateFile.replace("\(folder)/\(Files.facts)", holding: Array(facts.utf8))
  }

  /// Reads what `save` wrote. Codes beyond files': `not-enrolled`, `identity`.
  package static func load(from folder: String) throws(CordonError) -> AgentIdentity {
    let facts = try Facts(readingFrom: folder)
    let secret = try PrivateFile.read("\(folder)/\(Files.sealingKey)", most: mostFileBytes)
    guard let sealingKey = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: secret) else {
      throw damaged("\(folder)/\(Files.sealingKey)")
    }
    let identity = AgentIdentity(
      id: facts.id, label: facts.label, group: facts.group, domain: facts.domain,
      roots: try CertificateChain.load(from: "\(folder)/\(Files.roots)"),
      key: try IdentityKey.load(from: "\(folder)/\(Files.key)"),
      chain: try CertificateChain.load(from: "\(folder)/\(Files.chain)"), sealingKey: sealingKey)
    guard KeyDigest(of: identity.chain.leaf) == identity.key.digest else { throw damaged("\(folder)/\(Files.chain)") }
    return identity
  }

  private static func damaged(_ path: String) -> CordonError {
    CordonError(
      .invalid, "identity", "\(path) does not fit the rest of this agent's identity.",
      remedy: "Restore the folder from a backup, or enrol again with a new token.")
  }

  private struct Facts {
    var id: AgentID
    var label: String
    var group: String
    var domain: TrustDomain

    init(readingFrom folder: String) throws(CordonError) {
      let path = "\(folder)/\(Files.facts)"
      let bytes: [UInt8]
      do {
        bytes = try PrivateFile.read(path, most: AgentIdentity.mostFileBytes)
      } catch  where error.kind == .missing {
        throw CordonError(
          .missing, "not-enrolled", "\(folder) holds no identity: this agent is not enrolled.",
          remedy: "Run cordon-agent enroll with a token from `cordon token create`.")
      }
      var values: [String: String] = [:]
      for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
        let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
      }
      guard let id = AgentID(values["ID"] ?? ""), let label = values["LABEL"], let domain = values["TRUST_DOMAIN"]
      else { throw AgentIdentity.damaged(path) }
      self.id = id
      self.label = label
      self.group = values["GROUP"] ?? ""
      self.domain = try TrustDomain(domain)
    }
  }
}
