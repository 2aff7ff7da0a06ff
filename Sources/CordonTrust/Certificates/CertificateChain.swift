package import CordonCore
import SwiftASN1
package import X509

/// Certificates, leaf first, without the root.
package struct CertificateChain: Hashable, Sendable {
  package let certificates: [Certificate]

  /// Most certificates that are looked at.
  package static let mostCertificates = 4
  /// Bytes of one certificate.
  package static let mostCertificateBytes = 8192

  /// Refuses an empty or overlong chain.
  package init(_ certificates: [Certificate]) throws(CordonError) {
    guard !certificates.isEmpty else {
      throw CordonError(.denied, "certificate-missing", "No certificate was presented.")
    }
    guard certificates.count <= Self.mostCertificates else {
      throw CordonError(
        .invalid, "certificate-malformed",
        "The chain has \(certificates.count) certificates; \(Self.mostCertificates) are the most.")
    }
    self.certificates = certificates
  }

  /// From hostile bytes, one DER certificate each. Codes: `certificate-missing`, `certificate-malformed`.
  package init(der: [[UInt8]]) throws(CordonError) {
    guard der.count <= Self.mostCertificates else {
      throw CordonError(
        .invalid, "certificate-malformed", "The chain has \(der.count) certificates.")
    }
    var parsed: [Certificate] = []
    for bytes in der { parsed.append(try Certificate(bounded: bytes)) }
    try self.init(parsed)
  }

  package var leaf: Certificate { certificates[0] }

  package var notAfter: Timestamp { Timestamp(leaf.notValidAfter) }

  package var notBefore: Timestamp { Timestamp(leaf.notValidBefore) }

  /// One DER certificate each, leaf first.
  package var der: [[UInt8]] {
    get throws(CordonError) {
      var bytes: [[UInt8]] = []
      for certificate in certificates { bytes.append(try certificate.derBytes()) }
      return bytes
    }
  }

  private static let discriminator = "CERTIFICATE"

  /// As PEM, leaf first.
  package func pem() throws(CordonError) -> String {
    try der.map { PEMDocument(type: Self.discriminator, derBytes: $0).pemString + "\n" }.joined()
  }

  /// From PEM, leaf first.
  package init(pem: String) throws(CordonError) {
    guard let documents = try? PEMDocument.parseMultiple(pemString: pem),
      documents.allSatisfy({ $0.discriminator == Self.discriminator })
    else { throw CordonError(.invalid, "certificate-malformed", "The file does not hold PEM certificates.") }
    try self.init(der: documents.map(\.derBytes))
  }

  /// Writes the chain as PEM, in place of an older one; private like the key it belongs to.
  package func save(to path: String) throws(CordonError) {
    try PrivateFile.replace(path, holding: Array(try pem().utf8))
  }

  /// Reads a chain that `save` wrote.
  package static func load(from path: String) throws(CordonError) -> CertificateChain {
    let most = mostCertificates * mostCertificateBytes * 2
    return try CertificateChain(pem: String(decoding: try PrivateFile.read(path, most: most), as: UTF8.self))
  }
}

extension Certificate {
  /// From hostile bytes, bounded. Code: `certificate-malformed`.
  package init(bounded bytes: [UInt8]) throws(CordonError) {
    guard bytes.count <= CertificateChain.mostCertificateBytes else {
      throw CordonError(.invalid, "certificate-malformed", "A certificate has \(bytes.count) bytes.")
    }
    do {
      try self.init(derEncoded: bytes)
    } catch {
      throw CordonError(.invalid, "certificate-malformed", "A certificate is not well-formed.")
    }
  }

  package func derBytes() throws(CordonError) -> [UInt8] {
    var serializer = DER.Serializer()
    do {
      try serializer.serialize(self)
    } catch {
      throw CordonError(.defect, "certificate-malformed", "A certificate cannot be encoded: \(error).")
    }
    return serializer.serializedBytes
  }
}
