package import CordonCore

/// Everything that `cordon site init` makes, on the operator's machine, off the collector.
package struct SiteAuthority: Sendable {
  /// What a site starts from.
  package struct Settings: Sendable {
    package var site: String
    package var domain: TrustDomain
    /// Holders of the root authority keys, each with a key of its own.
    package var rootHolders: [String]
    /// How many of them must sign the next roster.
    package var rootThreshold: Int
    package var operatorName: String
    package var operatorRoles: Set<OperatorRole>
    /// What the first operator's authority key may sign.
    package var authorityRoles: Set<AuthorityRole>
    package var rosterLifetime: Duration = .seconds(365 * 86_400)
    package var thresholds: [AuthorityAct: Int] = [:]

    package init(
      site: String, domain: TrustDomain, rootHolders: [String], rootThreshold: Int, operatorName: String,
      operatorRoles: Set<OperatorRole> = [.admin, .analyst, .responder],
      authorityRoles: Set<AuthorityRole> = [.policy, .model, .respond]
    ) {
      self.site = site
      self.domain = domain
      self.rootHolders = rootHolders
      self.rootThreshold = rootThreshold
      self.operatorName = operatorName
      self.operatorRoles = operatorRoles
      self.authorityRoles = authorityRoles
    }
  }

  package let settings: Settings
  package let certificateRoot: CertificateAuthority
  let certificateRootKey: IdentityKey
  /// In the order of `Settings.rootHolders`.
  package let rootKeys: [AuthoritySigningKey]
  package let operatorAuthority: AuthoritySigningKey
  package let operatorIdentity: IdentityKey
  package let operatorChain: CertificateChain
  /// Serial 1, signed by every root.
  package let roster: Envelope
  /// With the patients' key: for gateways and the privacy office's backup.
  package let bundle: SiteBundle

  /// Mints a site. Keys come from the system's randomness, the pseudonym keys from `randomness`.
  package static func create(
    _ settings: Settings, at now: Timestamp, randomness: inout some RandomNumberGenerator
  ) throws(CordonError) -> SiteAuthority {
    guard settings.rootThreshold >= 1, settings.rootThreshold <= settings.rootHolders.count else {
      throw CordonError(
        .invalid, "root-threshold",
        "\(settings.rootThreshold) of \(settings.rootHolders.count) root holders cannot be asked to sign.",
        remedy: "Give a threshold from 1 to the number of root holders; 2 of 3 is usual.")
    }
    // Holders' names become file names.
    for name in settings.rootHolders + [settings.operatorName] { _ = try PeerIdentity(.operator, name) }
    guard Set(settings.rootHolders).count == settings.rootHolders.count else {
      throw CordonError(.invalid, "root-holders", "Two root holders have the same name.")
    }
    let caKey = IdentityKey()
    let root = try CertificateAuthority.root(caKey, domain: settings.domain, at: now)
    let rootKeys = settings.rootHolders.map { _ in AuthoritySigningKey() }
    let operatorAuthority = AuthoritySigningKey()
    var entries: [AuthorityKey] = []
    for (holder, key) in zip(settings.rootHolders, rootKeys) {
      entries.append(try key.entry(holder: holder, roles: [.root]))
    }
    entries.append(try operatorAuthority.entry(holder: settings.operatorName, roles: settings.authorityRoles))
    var thresholds = settings.thresholds
    thresholds[.roster] = settings.rootThreshold
    let roster = try Roster(
      site: settings.site, serial: 1, notAfter: now.advanced(by: settings.rosterLifetime), keys: entries,
      thresholds: thresholds
    ).sealed(by: rootKeys)
    let identity = IdentityKey()
    let chain = try root.issue(
      try PeerIdentity(.operator, settings.operatorName), for: try SigningRequest(der: identity.signingRequest()),
      at: now)
    let bundle = SiteBundle(
      site: settings.site, domain: settings.domain, roots: [root.chain.leaf], roster: roster, keyEpoch: 1,
      staffKey: secret(&randomness), patientKey: secret(&randomness))
    return SiteAuthority(
      settings: settings, certificateRoot: root, certificateRootKey: caKey, rootKeys: rootKeys,
      operatorAuthority: operatorAuthority, operatorIdentity: identity, operatorChain: chain, roster: roster,
      bundle: bundle)
  }

  private static func secret(_ randomness: inout some RandomNumberGenerator) -> [UInt8] {
    (0..<SiteBundle.keyLength).map { _ in UInt8.random(in: .min ... .max, using: &randomness) }
  }
}

/// Where `cordon site init` puts what it made, within one folder of mode 0700.
package enum SiteFiles {
  package static let certificateRootKey = "ca-root.key"
  package static let certificateRoot = "ca-root.pem"
  /// CA roots that are trusted, once a trust bundle was published.
  package static let trustedRoots = "trust-roots.pem"
  package static let trust = "trust.envelope"
  package static let roster = "roster.envelope"
  /// With the patients' key.
  package static let gatewayBundle = "site-gateway.bundle"
  package static let workstationBundle = "site.bundle"

  /// Name, without its ending, of the files of a CA root that was made later.
  package static func laterRoot(_ key: KeyDigest) -> String { "ca-root-\(Hex.encode(key.bytes.prefix(4)))" }
  package static func rootKey(_ holder: String) -> String { "root-\(holder).key" }
  package static func authorityKey(_ name: String) -> String { "operator-\(name).authority.key" }
  package static func identityKey(_ name: String) -> String { "operator-\(name).key" }
  package static func identityChain(_ name: String) -> String { "operator-\(name).pem" }
}

extension SiteAuthority {
  /// Writes every file, each of mode 0600, into a folder that exists; refuses to replace any.
  package func write(to folder: String) throws(CordonError) {
    let name = settings.operatorName
    try certificateRootKey.save(to: "\(folder)/\(SiteFiles.certificateRootKey)")
    try certificateRoot.chain.save(to: "\(folder)/\(SiteFiles.certificateRoot)")
    for (holder, key) in zip(settings.rootHolders, rootKeys) {
      try key.save(to: "\(folder)/\(SiteFiles.rootKey(holder))")
    }
    try operatorAuthority.save(to: "\(folder)/\(SiteFiles.authorityKey(name))")
    try operatorIdentity.save(to: "\(folder)/\(SiteFiles.identityKey(name))")
    try operatorChain.save(to: "\(folder)/\(SiteFiles.identityChain(name))")
    try PrivateFile.create(at: "\(folder)/\(SiteFiles.roster)", holding: try roster.serialized())
    try bundle.write(to: "\(folder)/\(SiteFiles.gatewayBundle)")
    try bundle.forWorkstations.write(to: "\(folder)/\(SiteFiles.workstationBundle)")
  }

  /// A root that issues certificates, from a folder that `write` filled.
  ///
  /// - Parameter name: of its files, without their ending.
  package static func certificateRoot(
    in folder: String, domain: TrustDomain, named name: String = "ca-root"
  ) throws(CordonError) -> CertificateAuthority {
    try CertificateAuthority(
      chain: try CertificateChain.load(from: "\(folder)/\(name).pem"),
      key: try IdentityKey.load(from: "\(folder)/\(name).key"), domain: domain)
  }

  /// Makes a further CA root in a folder, and returns its name there and its certificate.
  package static func addCertificateRoot(
    in folder: String, domain: TrustDomain, at now: Timestamp
  ) throws(CordonError) -> (name: String, chain: CertificateChain) {
    let key = IdentityKey()
    let root = try CertificateAuthority.root(key, domain: domain, at: now)
    let name = SiteFiles.laterRoot(key.digest)
    try key.save(to: "\(folder)/\(name).key")
    try root.chain.save(to: "\(folder)/\(name).pem")
    return (name, root.chain)
  }
}
