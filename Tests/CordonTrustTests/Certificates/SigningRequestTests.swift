import CordonCore
import CordonTestSupport
import CordonTrust
import Crypto
import SwiftASN1
import Testing
import X509

@Suite struct SigningRequestTests {
  @Test func provesItsKey() throws {
    let key = IdentityKey()
    #expect(try SigningRequest(der: key.signingRequest()).keyDigest == key.digest)
  }

  @Test func everySingleBitFlipIsRefusedOrNamesTheSameKey() throws {
    let key = IdentityKey()
    let bytes = try key.signingRequest()
    for bit in 0..<(bytes.count * 8) {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      // DER's unused bits at the signature's end can be flipped without a change of meaning.
      guard let taken = try? SigningRequest(der: flipped) else { continue }
      #expect(taken.keyDigest == key.digest, "bit \(bit)")
    }
  }

  @Test func refusesOtherKeys() throws {
    for key in [
      Certificate.PrivateKey(P384.Signing.PrivateKey()), Certificate.PrivateKey(Curve25519.Signing.PrivateKey()),
    ] {
      let request = try CertificateSigningRequest(
        version: .v1, subject: DistinguishedName(), privateKey: key,
        attributes: CertificateSigningRequest.Attributes())
      var serializer = DER.Serializer()
      try serializer.serialize(request)
      expectRefusal("signing-request") { _ = try SigningRequest(der: serializer.serializedBytes) }
    }
  }

  @Test func boundsItsBytes() {
    expectRefusal("signing-request") { _ = try SigningRequest(der: []) }
    expectRefusal("signing-request") {
      _ = try SigningRequest(der: [UInt8](repeating: 0x30, count: SigningRequest.mostBytes + 1))
    }
  }
}

@Suite struct CertificateChainTests {
  @Test func roundTripsAsDERAndPEM() throws {
    let chain = try TestSite().agent().current.chain
    #expect(try CertificateChain(der: chain.der) == chain)
    #expect(try CertificateChain(pem: chain.pem()) == chain)
    try withTemporaryFolder { folder in
      try chain.save(to: folder + "/x.pem")
      #expect(try CertificateChain.load(from: folder + "/x.pem") == chain)
    }
  }

  @Test func isBounded() throws {
    let leaf = try TestSite().agent().current.chain.leaf
    expectRefusal("certificate-missing") { _ = try CertificateChain([]) }
    expectRefusal("certificate-malformed") { _ = try CertificateChain(der: [[1, 2, 3]]) }
    expectRefusal("certificate-malformed") {
      _ = try CertificateChain(Array(repeating: leaf, count: CertificateChain.mostCertificates + 1))
    }
    expectRefusal("certificate-malformed") {
      _ = try CertificateChain(der: [[UInt8](repeating: 0, count: CertificateChain.mostCertificateBytes + 1)])
    }
    expectRefusal("certificate-missing") { _ = try CertificateChain(pem: "nothing") }
    expectRefusal("certificate-malformed") { _ = try CertificateChain(pem: "-----BEGIN CERTIFICATE-----\nx") }
  }

  @Test func aKeyMustBeItsCertificates() throws {
    let chain = try TestSite().agent().current.chain
    expectRefusal("identity-mismatch") { _ = try LiveIdentity(chain: chain, key: IdentityKey()) }
  }

  @Test func identityKeysAreSavedPrivately() throws {
    try withTemporaryFolder { folder in
      let key = IdentityKey()
      try key.save(to: folder + "/tls.key")
      #expect(try IdentityKey.load(from: folder + "/tls.key").digest == key.digest)
      expectRefusal("exists") { try key.save(to: folder + "/tls.key") }
      let next = IdentityKey()
      try next.replace(folder + "/tls.key")
      #expect(try IdentityKey.load(from: folder + "/tls.key").digest == next.digest)
    }
  }
}
