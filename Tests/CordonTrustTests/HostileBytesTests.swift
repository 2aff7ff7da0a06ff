import CordonCore
import CordonTestSupport
import CordonTrust
import Testing

/// Mutated valid input to every parser of outside bytes: a refusal or a value, never a trap.
@Suite struct HostileBytesTests {
  private struct Parser: Sendable {
    var name: String
    var valid: [UInt8]
    var parse: @Sendable ([UInt8]) throws -> Void
  }

  private static func parsers() throws -> [Parser] {
    var randomness = SeededRandomness(seed: 3)
    let authority = try TestAuthority()
    let site = try TestSite()
    let key = IdentityKey()
    let request = try CollectorRequest(
      name: "main", authority: IdentityKey().signingRequest(), identity: key.signingRequest(),
      standingKey: AuthoritySigningKey().publicKey,
      names: ServerNames(dns: ["localhost"], addresses: [[127, 0, 0, 1]]))
    let roster = try authority.roster.adding(standingKeyOf: request).sealed(by: authority.roots)
    let grant = try CollectorGrant(
      request, by: site.root, domain: site.domain, roster: roster, operators: [.init(name: "ann", roles: [.admin])],
      at: FakeClock.start)
    let bundle = SiteBundle(
      site: TestAuthority.site, domain: site.domain, roots: [site.root.chain.leaf],
      roster: try authority.rosterEnvelope(), keyEpoch: 2, staffKey: randomness.bytes(32), patientKey: nil,
      earlier: [EpochSecrets(epoch: 1, staff: randomness.bytes(32), patient: randomness.bytes(32))])
    let leaf = try site.agent().current.chain.leaf.derBytes()
    let rotation = KeyRotation(
      agentID: key.digest.agentID, epoch: 2, begins: FakeClock.start, linkableUntil: FakeClock.start,
      sealedStaff: randomness.bytes(KeyRotation.sealedLength), sealedPatient: [])
    let token = EnrolmentToken(pin: key.digest, randomness: &randomness)
    return [
      Parser(name: "envelope", valid: try roster.serialized()) { _ = try Envelope(serialized: $0) },
      Parser(name: "roster", valid: roster.payload) { _ = try Roster(payload: $0) },
      Parser(name: "site bundle", valid: try bundle.serialized()) { _ = try SiteBundle(serialized: $0) },
      Parser(name: "request", valid: try request.serialized()) { _ = try CollectorRequest(serialized: $0) },
      Parser(name: "grant", valid: try grant.serialized()) { _ = try CollectorGrant(serialized: $0) },
      Parser(name: "certificate", valid: leaf) { bytes in
        let chain = try CertificateChain(der: [bytes])
        _ = try AuthenticatedPeer(verifiedPath: chain.certificates, domain: TrustDomain("st-elsewhere.example"))
        _ = (chain.notBefore, chain.notAfter)
      },
      Parser(name: "signing request", valid: try key.signingRequest()) { _ = try SigningRequest(der: $0) },
      Parser(name: "token", valid: Array(token.text.utf8)) {
        _ = try EnrolmentToken(String(decoding: $0, as: UTF8.self))
      },
      Parser(
        name: "trust bundle", valid: try TrustBundle(serial: 1, roots: [site.root.chain.leaf]).encodedPayload()
      ) { _ = try TrustBundle(payload: $0) },
      Parser(name: "rotation of keys", valid: try rotation.encodedPayload()) { _ = try KeyRotation(payload: $0) },
    ]
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func neverTrap(seed: UInt64) throws {
    var randomness = SeededRandomness(seed: seed)
    for parser in try Self.parsers() {
      // The unchanged input is good, else the rest would prove nothing.
      try parser.parse(parser.valid)
      for _ in 0..<300 {
        let mutated = Self.mutate(parser.valid, &randomness)
        do {
          try parser.parse(mutated)
        } catch {
          #expect(error is CordonError, "\(parser.name), seed \(seed): \(error)")
        }
      }
    }
  }

  private static func mutate(_ bytes: [UInt8], _ randomness: inout SeededRandomness) -> [UInt8] {
    var mutated = bytes
    for _ in 0..<Int.random(in: 1...4, using: &randomness) where !mutated.isEmpty {
      let index = Int.random(in: 0..<mutated.count, using: &randomness)
      switch Int.random(in: 0..<5, using: &randomness) {
      case 0: mutated[index] ^= 1 << UInt8.random(in: 0..<8, using: &randomness)
      case 1: mutated[index] = [0, 0x7F, 0x80, 0xFF].randomElement(using: &randomness) ?? 0
      case 2: mutated.removeSubrange(index...)
      case 3: mutated.insert(contentsOf: randomness.bytes(Int.random(in: 1...9, using: &randomness)), at: index)
      default: mutated.removeSubrange(index..<min(mutated.count, index + 5))
      }
    }
    return mutated
  }
}
