package import CordonCore

/// A collector's own secrets and what the site granted it: all that its host holds of the site's authority.
package struct CollectorIdentity: Sendable {
  package let grant: CollectorGrant
  /// Issues agents' and operators' certificates, and the collector's own next one.
  package let authority: CertificateAuthority
  package let identityKey: IdentityKey
  package let standing: AuthoritySigningKey

  /// Names of files within the collector's folder.
  package enum Files {
    package static let authorityKey = "ca.key"
    package static let identityKey = "tls.key"
    package static let identityChain = "tls.pem"
    package static let standingKey = "standing.key"
    package static let request = "collector.request"
    package static let grant = "collector.grant"
  }

  private static let mostGrantBytes = 2 << 20

  /// The collector's name: the holder of its standing key.
  package var name: String {
    get throws(CordonError) {
      guard let key = try EnvelopeVerifier.bootstrap(grant.roster).key(standing.id) else {
        throw CordonError(.invalid, "standing-key", "The granted roster does not name this collector's standing key.")
      }
      return key.holder
    }
  }

  /// First half of `cordon-collector init`: makes three keys in a folder, and the request to carry to the operator.
  package static func prepare(
    in folder: String, name: String, names: ServerNames
  ) throws(CordonError) -> CollectorRequest {
    let authority = IdentityKey()
    let identity = IdentityKey()
    let standing = AuthoritySigningKey()
    let request = try CollectorRequest(
      name: name, authority: try authority.signingRequest(), identity: try identity.signingRequest(),
      standingKey: standing.publicKey, names: names)
    try authority.save(to: "\(folder)/\(Files.authorityKey)")
    try identity.save(to: "\(folder)/\(Files.identityKey)")
    try standing.save(to: "\(folder)/\(Files.standingKey)")
    try PrivateFile.create(at: "\(folder)/\(Files.request)", holding: try request.serialized())
    return request
  }

  /// Second half: checks that a grant is for this folder's keys, and keeps it.
  package static func accept(
    _ grant: CollectorGrant, in folder: String, at now: Timestamp
  ) async throws(CordonError) -> CollectorIdentity {
    let identity = try assemble(grant, in: folder)
    try await identity.check(at: now)
    try PrivateFile.replace("\(folder)/\(Files.grant)", holding: try grant.serialized())
    try grant.identityChain.save(to: "\(folder)/\(Files.identityChain)")
    return identity
  }

  /// What `accept` kept. Code beyond files': `not-initialised`.
  package static func load(from folder: String) throws(CordonError) -> CollectorIdentity {
    let bytes: [UInt8]
    do {
      bytes = try PrivateFile.read("\(folder)/\(Files.grant)", most: mostGrantBytes)
    } catch  where error.kind == .missing {
      throw CordonError(
        .missing, "not-initialised", "\(folder) holds no grant of a site.",
        remedy:
          "Run cordon-collector init, have the request signed with cordon site sign-collector, and give it the grant.")
    }
    return try assemble(try CollectorGrant(serialized: bytes), in: folder)
  }

  /// The current certificate of the collector: the granted one, or a later one that it issued itself.
  package static func currentChain(in folder: String) throws(CordonError) -> CertificateChain {
    try CertificateChain.load(from: "\(folder)/\(Files.identityChain)")
  }

  private static func assemble(_ grant: CollectorGrant, in folder: String) throws(CordonError) -> CollectorIdentity {
    let identityKey = try IdentityKey.load(from: "\(folder)/\(Files.identityKey)")
    guard KeyDigest(of: grant.identityChain.leaf) == identityKey.digest else {
      throw CordonError(.invalid, "grant-mismatch", "The grant is for another collector's keys than \(folder)'s.")
    }
    return CollectorIdentity(
      grant: grant,
      authority: try CertificateAuthority(
        chain: grant.authorityChain, key: try IdentityKey.load(from: "\(folder)/\(Files.authorityKey)"),
        domain: grant.domain),
      identityKey: identityKey, standing: try AuthoritySigningKey.load(from: "\(folder)/\(Files.standingKey)"))
  }

  private func check(at now: Timestamp) async throws(CordonError) {
    let trust = try TrustStore(domain: grant.domain, roots: grant.roots)
    let clock = GrantClock(now: now)
    _ = try await PeerVerifier(trust: trust, clock: clock, accepting: [.collector], as: .server)
      .verify(grant.identityChain)
    // A certificate of the intermediate's own making must be good too, else no agent could ever enrol.
    let probe = try authority.issue(
      try PeerIdentity(.agent, identityKey.digest.agentID.text),
      for: try SigningRequest(der: identityKey.signingRequest()), at: now)
    _ = try await PeerVerifier(trust: trust, clock: clock, accepting: [.agent], as: .client).verify(probe)
    try CollectorGrant.requireStanding(standing.publicKey, in: try EnvelopeVerifier.bootstrap(grant.roster))
  }
}

private struct GrantClock: WallClock { let now: Timestamp }
