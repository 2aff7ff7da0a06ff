package import CordonCore

/// What an envelope carries, with its bytes both ways.
///
/// Decoding is strict: unknown fields and values out of range are refused, because an agent must not obey a
/// policy or command of which it understands only a part.
package protocol EnvelopePayload: Sendable {
  static var envelopeType: EnvelopeType { get }
  init(payload: [UInt8]) throws(CordonError)
  func encodedPayload() throws(CordonError) -> [UInt8]
}

extension EnvelopePayload {
  /// An envelope around this, signed by each of the keys.
  package func sealed(by keys: [AuthoritySigningKey]) throws(CordonError) -> Envelope {
    var envelope = Envelope(type: Self.envelopeType, payload: try encodedPayload())
    for key in keys { try envelope.sign(with: key) }
    return envelope
  }
}
