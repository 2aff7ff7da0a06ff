package import CordonCore

/// The site's part of every SPIFFE id, such as `st-elsewhere.example`.
package struct TrustDomain: Hashable, Sendable, CustomStringConvertible {
  package let name: String

  /// Bytes; the SPIFFE standard's limit.
  package static let longestName = 255

  /// Lower-case letters, digits, dots, hyphens and underscores alone (SPIFFE-ID, section 2.1).
  package init(_ name: String) throws(CordonError) {
    let isPlain = name.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
    guard !name.isEmpty, name.utf8.count <= Self.longestName, isPlain else {
      throw CordonError(
        .invalid, "trust-domain", "\"\(name)\" is not a trust domain.",
        remedy: "Use lower-case letters, digits, dots and hyphens, such as st-elsewhere.example.")
    }
    self.name = name
  }

  package var description: String { name }
}
