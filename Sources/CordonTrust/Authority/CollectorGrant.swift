package import CordonCore
import CordonWire
import FoundationEssentials
package import X509

/// The site's answer to a `CollectorRequest`: its intermediate, its certificate, the roster with its standing key.
package struct CollectorGrant: Hashable, Sendable {
  /// An operator whom the collector knows from the start.
  package struct Operator: Hashable, Sendable {
    package var name: String
    package var roles: Set<OperatorRole>

    package init(name: String, roles: Set<OperatorRole>) {
      self.name = name
      self.roles = roles
    }
  }

  package var site: String
  package var domain: TrustDomain
  package var roots: [Certificate]
  package var authorityChain: CertificateChain
  package var identityChain: CertificateChain
  package var roster: Envelope
  package var operators: [Operator]

  package static let mostOperators = 64
  private static let mostBytes = 2 << 20

  /// Grants a request.
  ///
  /// The roster must be signed, in force, and name the request's standing key under the collector's name; see
  /// `Roster.adding(standingKeyOf:)`. Code: `standing-key`.
  ///
  /// - Parameter trusted: further CA roots that are trusted while the CA rolls; the issuing one comes first.
  package init(
    _ request: CollectorRequest, by root: CertificateAuthority, domain: TrustDomain, roster: Envelope,
    operators: [Operator], trusting trusted: [Certificate] = [], at now: Timestamp
  ) throws(CordonError) {
    let verified = try EnvelopeVerifier.bootstrap(roster)
    try Self.requireStanding(request.standingKey, in: verified)
    site = verified.site
    self.domain = domain
    roots = [root.chain.leaf] + trusted.filter { $0 != root.chain.leaf }
    authorityChain = try root.intermediate(
      request.authorityRequest, name: "Cordon collector \(request.name) of \(domain.name)", at: now)
    identityChain = try root.issue(
      try PeerIdentity(.collector, request.name), for: request.identityRequest, names: request.names, at: now)
    self.roster = roster
    self.operators = operators
  }

  /// From the bytes of a grant file. What it says is checked by `CollectorIdentity.accept`.
  package init(serialized bytes: [UInt8]) throws(CordonError) {
    guard bytes.count <= Self.mostBytes else {
      throw CordonError(.invalid, "oversized", "The collector's grant has \(bytes.count) bytes.")
    }
    let wire = try Cordon_V1_CollectorGrant(strictly: bytes, of: "collector's grant")
    guard (1...TrustStore.mostRoots).contains(wire.caRoots.count), wire.operators.count <= Self.mostOperators else {
      throw CordonError(.invalid, "collector-grant", "The collector's grant has too few or too many parts.")
    }
    site = wire.site
    domain = try TrustDomain(wire.trustDomain)
    roots = []
    for root in wire.caRoots { roots.append(try Certificate(bounded: [UInt8](root))) }
    authorityChain = try CertificateChain(der: wire.caChain.map { [UInt8]($0) })
    identityChain = try CertificateChain(der: wire.tlsChain.map { [UInt8]($0) })
    roster = try wire.roster.domain()
    operators = []
    for entry in wire.operators {
      var roles: Set<OperatorRole> = []
      for name in entry.roles {
        guard let role = OperatorRole(rawValue: name) else {
          throw CordonError(.invalid, "collector-grant", "The operator \(entry.name) has the unknown role \(name).")
        }
        roles.insert(role)
      }
      operators.append(Operator(name: try PeerIdentity(.operator, entry.name).name, roles: roles))
    }
  }

  package func serialized() throws(CordonError) -> [UInt8] {
    var wire = Cordon_V1_CollectorGrant()
    wire.site = site
    wire.trustDomain = domain.name
    for root in roots { wire.caRoots.append(Data(try root.derBytes())) }
    wire.caChain = try authorityChain.der.map { Data($0) }
    wire.tlsChain = try identityChain.der.map { Data($0) }
    wire.roster = Cordon_V1_Envelope(roster)
    wire.operators = operators.map { entry in
      var grant = Cordon_V1_OperatorGrant()
      grant.name = entry.name
      grant.roles = entry.roles.sorted().map(\.rawValue)
      return grant
    }
    return try wire.strictBytes(of: "collector's grant")
  }

  static func requireStanding(_ publicKey: [UInt8], in roster: Roster) throws(CordonError) {
    guard let key = roster.key(AuthorityKeyID(publicKey: publicKey)), key.roles == [.standing] else {
      throw CordonError(
        .invalid, "standing-key", "The roster \(roster.serial) does not name the collector's standing key.",
        remedy: "Sign a roster that adds it, then grant the request.")
    }
  }
}

extension Roster {
  /// The next roster, with a collector's standing key in place of any that the collector had; to be signed by roots.
  package func adding(standingKeyOf request: CollectorRequest) throws(CordonError) -> Roster {
    var next = self
    next.serial += 1
    next.keys.removeAll { $0.holder == request.name && $0.roles == [.standing] }
    next.keys.append(try AuthorityKey(publicKey: request.standingKey, holder: request.name, roles: [.standing]))
    return next
  }
}
