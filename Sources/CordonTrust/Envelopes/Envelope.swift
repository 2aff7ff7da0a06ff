/// Payload bytes with type and signatures: the only thing that an agent obeys.
///
/// Payload bytes are verified as received and never re-encoded.
package struct Envelope: Hashable, Sendable {
  package var type: EnvelopeType
  package var payload: [UInt8]
  package var signatures: [EnvelopeSignature]

  /// Most bytes of any type's payload.
  package static let mostPayloadBytes = EnvelopeType.allCases.reduce(0) { max($0, $1.mostPayloadBytes) }
  /// Most signatures that are looked at: enough for nine old and nine new roots.
  package static let mostSignatures = 32

  package init(type: EnvelopeType, payload: [UInt8], signatures: [EnvelopeSignature] = []) {
    self.type = type
    self.payload = payload
    self.signatures = signatures
  }

  /// The bytes that are signed: DSSE's pre-authentication encoding of type and payload.
  ///
  /// `DSSEv1 <length of type> <type> <length of payload> <payload>`, as
  /// https://github.com/secure-systems-lab/dsse/blob/master/protocol.md has it.
  package var signedBytes: [UInt8] {
    let name = type.signedName
    var bytes = Array("DSSEv1 \(name.utf8.count) \(name) \(payload.count) ".utf8)
    bytes.reserveCapacity(bytes.count + payload.count)
    bytes.append(contentsOf: payload)
    return bytes
  }
}

/// One key's signature over an envelope.
package struct EnvelopeSignature: Hashable, Sendable {
  package var keyID: AuthorityKeyID
  /// Ed25519, 64 bytes.
  package var bytes: [UInt8]

  package static let length = 64

  /// Nil unless there are 64 bytes.
  package init?(keyID: AuthorityKeyID, bytes: [UInt8]) {
    guard bytes.count == Self.length else { return nil }
    self.keyID = keyID
    self.bytes = bytes
  }
}
