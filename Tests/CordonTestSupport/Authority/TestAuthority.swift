package import CordonCore
package import CordonTrust

/// A site's authority minted from a seed: three roots, people for each role, the collector's standing key.
package struct TestAuthority: Sendable {
  package let roots: [AuthoritySigningKey]
  /// Ann: policy, model and respond.
  package let ann: AuthoritySigningKey
  /// Bob: respond.
  package let bob: AuthoritySigningKey
  /// Clara: clinical.
  package let clara: AuthoritySigningKey
  /// Paul: privacy and unseal.
  package let paul: AuthoritySigningKey
  /// The collector's.
  package let standing: AuthoritySigningKey
  package let roster: Roster

  package static let site = "st-elsewhere"

  /// - Parameter notAfter: of the roster; a year after `FakeClock.start` unless said otherwise.
  package init(
    seed: UInt64 = 1, serial: UInt64 = 1, notAfter: Timestamp = FakeClock.start.advanced(by: .seconds(365 * 86_400)),
    thresholds: [AuthorityAct: Int] = [:]
  ) throws {
    var randomness = SeededRandomness(seed: seed)
    var minted: [AuthoritySigningKey] = []
    for _ in 0..<8 { minted.append(try AuthoritySigningKey(secret: randomness.bytes(32))) }
    roots = Array(minted[0..<3])
    ann = minted[3]
    bob = minted[4]
    clara = minted[5]
    paul = minted[6]
    standing = minted[7]
    var keys: [AuthorityKey] = []
    for (index, root) in roots.enumerated() { keys.append(try root.entry(holder: "root-\(index + 1)", roles: [.root])) }
    keys.append(try ann.entry(holder: "ann", roles: [.policy, .model, .respond]))
    keys.append(try bob.entry(holder: "bob", roles: [.respond]))
    keys.append(try clara.entry(holder: "clara", roles: [.clinical]))
    keys.append(try paul.entry(holder: "paul", roles: [.privacy, .unseal]))
    keys.append(try standing.entry(holder: "collector", roles: [.standing]))
    roster = Roster(site: Self.site, serial: serial, notAfter: notAfter, keys: keys, thresholds: thresholds)
  }

  package var verifier: EnvelopeVerifier { EnvelopeVerifier(roster: roster) }

  /// The roster, signed by a majority of its roots.
  package func rosterEnvelope() throws -> Envelope { try roster.sealed(by: Array(roots.prefix(2))) }
}
