package import CordonCore
import CordonWire
import FoundationEssentials
package import X509

/// CA roots and revoked keys, signed by a threshold of the roster's roots: so that the CA rolls with no one touching an agent.
package struct TrustBundle: Hashable, Sendable {
  /// Every change is a higher one; who holds one refuses anything not above it.
  package var serial: UInt64
  package var roots: [Certificate]
  package var revokedKeys: Set<KeyDigest>

  package static let mostRevokedKeys = 20_000

  package init(serial: UInt64, roots: [Certificate], revokedKeys: Set<KeyDigest> = []) {
    self.serial = serial
    self.roots = roots
    self.revokedKeys = revokedKeys
  }

  /// The bundle of an envelope that a threshold of root keys signed, above the serial that is held.
  ///
  /// Codes: those of `EnvelopeVerifier.verify`, `threshold`, `trust-bundle`, `rolled-back`.
  package static func accept(
    _ envelope: Envelope, above held: UInt64, by verifier: EnvelopeVerifier, at now: Timestamp
  ) throws(CordonError) -> TrustBundle {
    let bundle = try verifier.verify(envelope, for: .roster, at: now).decode(TrustBundle.self)
    guard bundle.serial > held else {
      throw CordonError(
        .denied, "rolled-back", "The trust bundle's serial is \(bundle.serial); the one in force has \(held).")
    }
    return bundle
  }
}

extension TrustBundle {
  /// One root each, for those who do not look into certificates.
  package var rootChains: [CertificateChain] { roots.compactMap { try? CertificateChain([$0]) } }

  /// Of the roots' keys, in their order.
  package var rootDigests: [KeyDigest] { roots.compactMap { KeyDigest(of: $0) } }

  package mutating func add(_ root: CertificateChain) { roots.append(root.leaf) }

  package mutating func remove(_ root: KeyDigest) { roots.removeAll { KeyDigest(of: $0) == root } }
}

extension TrustBundle: EnvelopePayload {
  package static var envelopeType: EnvelopeType { .trust }

  package init(payload: [UInt8]) throws(CordonError) {
    let wire = try Cordon_V1_TrustBundle(strictly: payload, of: "trust bundle")
    guard (1...TrustStore.mostRoots).contains(wire.caRoots.count), wire.revokedKeys.count <= Self.mostRevokedKeys
    else {
      throw CordonError(
        .invalid, "trust-bundle",
        "A trust bundle has 1 to \(TrustStore.mostRoots) CA roots and at most \(Self.mostRevokedKeys) revoked keys.")
    }
    var roots: [Certificate] = []
    for root in wire.caRoots { roots.append(try Certificate(bounded: [UInt8](root))) }
    var keys: Set<KeyDigest> = []
    for key in wire.revokedKeys {
      guard let digest = KeyDigest(bytes: key) else {
        throw CordonError(.invalid, "trust-bundle", "A revoked key's digest has \(key.count) bytes, not 32.")
      }
      keys.insert(digest)
    }
    self.init(serial: wire.serial, roots: roots, revokedKeys: keys)
  }

  package func encodedPayload() throws(CordonError) -> [UInt8] {
    var wire = Cordon_V1_TrustBundle()
    wire.serial = serial
    for root in roots { wire.caRoots.append(Data(try root.derBytes())) }
    wire.revokedKeys = revokedKeys.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) }.map { Data($0) }
    return try wire.strictBytes(of: "trust bundle")
  }
}

extension TrustStore {
  /// Trusts what a bundle says, and nothing else; identities revoked by name stay so.
  package func follow(_ bundle: TrustBundle) throws(CordonError) {
    try replaceRoots(bundle.roots)
    setRevoked(keys: bundle.revokedKeys, identities: contents.revokedIdentities)
  }
}
