package import CordonCore
package import SwiftProtobuf

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
