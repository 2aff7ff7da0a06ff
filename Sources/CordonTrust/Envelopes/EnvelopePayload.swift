package import CordonCore
package import SwiftProtobuf

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

extension Message {
  /// From hostile bytes; `malformed` where they are not this message, `unknown-field` where they hold more.
  package init(strictly bytes: [UInt8], of what: String) throws(CordonError) {
    do {
      self = try Self(serializedBytes: bytes, options: StrictDecoding.options)
    } catch {
      throw CordonError(.invalid, "malformed", "The \(what) is not a well-formed message.")
    }
    guard !hasUnknownFields else {
      throw CordonError(
        .invalid, "unknown-field", "The \(what) holds fields that this version does not know.",
        remedy: "Update this machine's Cordon, or make the \(what) with the version installed here.")
    }
  }

  /// Bytes as they go into an envelope.
  package func strictBytes(of what: String) throws(CordonError) -> [UInt8] {
    do {
      return try serializedBytes()
    } catch {
      throw CordonError(.invalid, "malformed", "The \(what) cannot be encoded: \(error).")
    }
  }

  /// Whether this message, or any message within it, holds fields that its definition does not name.
  package var hasUnknownFields: Bool {
    var search = UnknownFieldSearch()
    do { try traverse(visitor: &search) } catch { return true }
    return search.found
  }
}

private enum StrictDecoding {
  /// Deeper nesting than any message of ours has.
  static let mostDepth = 16

  static var options: BinaryDecodingOptions {
    var options = BinaryDecodingOptions()
    options.messageDepthLimit = mostDepth
    return options
  }
}
