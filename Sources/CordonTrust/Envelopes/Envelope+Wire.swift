package import CordonCore
package import CordonWire
import FoundationEssentials
import SwiftProtobuf

extension Cordon_V1_Envelope {
  package init(_ envelope: Envelope) {
    self.init()
    type = envelope.type.rawValue
    payload = Data(envelope.payload)
    signatures = envelope.signatures.map(Cordon_V1_EnvelopeSignature.init)
  }

  /// The envelope, bounded; its signatures are not verified here.
  ///
  /// Codes: `unknown-type`, `unknown-field`, `oversized`, `signature`.
  package func domain() throws(CordonError) -> Envelope {
    guard let known = EnvelopeType(rawValue: type) else {
      throw CordonError(.invalid, "unknown-type", "The envelope is of a type that this version does not know.")
    }
    guard !hasUnknownFields else {
      throw CordonError(.invalid, "unknown-field", "The envelope holds fields that this version does not know.")
    }
    guard payload.count <= known.mostPayloadBytes else {
      throw CordonError(
        .invalid, "oversized", "The \(type) has \(payload.count) bytes; \(known.mostPayloadBytes) are the most.")
    }
    guard signatures.count <= Envelope.mostSignatures else {
      throw CordonError(
        .invalid, "oversized",
        "The \(type) has \(signatures.count) signatures; \(Envelope.mostSignatures) are the most.")
    }
    var envelope = Envelope(type: known, payload: [UInt8](payload))
    for signature in signatures { envelope.signatures.append(try signature.domain()) }
    return envelope
  }
}

extension Cordon_V1_EnvelopeSignature {
  package init(_ signature: EnvelopeSignature) {
    self.init()
    keyID = Data(signature.keyID.bytes)
    self.signature = Data(signature.bytes)
  }

  package func domain() throws(CordonError) -> EnvelopeSignature {
    guard let id = AuthorityKeyID(bytes: keyID),
      let domain = EnvelopeSignature(keyID: id, bytes: [UInt8](signature))
    else {
      throw CordonError(.invalid, "signature", "A signature's key id or bytes are of the wrong length.")
    }
    return domain
  }
}

extension Envelope {
  /// From the bytes of a whole envelope, such as a file or a store's row.
  package init(serialized bytes: [UInt8]) throws(CordonError) {
    guard bytes.count <= Self.mostPayloadBytes + Self.mostOverhead else {
      throw CordonError(.invalid, "oversized", "The envelope has \(bytes.count) bytes.")
    }
    self = try Cordon_V1_Envelope(strictly: bytes, of: "envelope").domain()
  }

  /// The whole envelope as bytes, for files and stores; the payload within it is untouched.
  package func serialized() throws(CordonError) -> [UInt8] {
    try Cordon_V1_Envelope(self).strictBytes(of: "envelope")
  }

  /// Bytes beyond the payload: type, lengths, signatures.
  private static let mostOverhead = 4096
}
