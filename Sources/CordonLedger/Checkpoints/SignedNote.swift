package import CordonCore
import FoundationEssentials

/// A text with signatures, as the C2SP specification `signed-note` lays it out.
package struct SignedNote: Hashable, Sendable {
  package struct Signature: Hashable, Sendable {
    package var name: String
    /// First four bytes of the key's hash.
    package var keyHash: [UInt8]
    package var bytes: [UInt8]
  }

  /// Ends with a newline.
  package var text: String
  package var signatures: [Signature]

  /// Bytes of a note, at most.
  package static let mostBytes = 16 << 10
  package static let mostSignatures = 16
  private static let dash = "\u{2014} "

  package init(text: String, signatures: [Signature] = []) {
    self.text = text
    self.signatures = signatures
  }

  /// - Throws: `note-malformed`.
  package init(parsing note: String) throws(CordonError) {
    guard note.utf8.count <= Self.mostBytes else { throw Self.malformed("it is longer than \(Self.mostBytes) bytes") }
    guard
      note.unicodeScalars.allSatisfy({ ($0.value >= 0x20 || $0 == "\n") && $0.value != 0x7F && $0.value != 0xFFFD })
    else { throw Self.malformed("it holds control characters") }
    var lines = note.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 3, lines.removeLast().isEmpty else { throw Self.malformed("its last line is not ended") }
    var signatures: [Signature] = []
    while let line = lines.last, line.hasPrefix(Self.dash) {
      lines.removeLast()
      signatures.insert(try Self.signature(line), at: 0)
      guard signatures.count <= Self.mostSignatures else { throw Self.malformed("it has too many signatures") }
    }
    guard !signatures.isEmpty, lines.popLast()?.isEmpty == true, !lines.isEmpty else {
      throw Self.malformed("no blank line followed by signatures ends it")
    }
    self.text = lines.joined(separator: "\n") + "\n"
    self.signatures = signatures
  }

  /// As it is written.
  package var description: String {
    text + "\n"
      + signatures.map { signature in
        "\(Self.dash)\(signature.name) \(Data(signature.keyHash + signature.bytes).base64EncodedString())\n"
      }.joined()
  }

  /// Adds a signature.
  package mutating func sign(with signer: LedgerSigner) throws(CordonError) {
    let bytes = try signer.signature(for: Array(text.utf8))
    let key = signer.verifierKey
    signatures.append(Signature(name: key.name, keyHash: key.hash, bytes: bytes))
  }

  /// Whether the key signed it; signatures of unknown keys are passed over, as the specification asks.
  ///
  /// A bad signature of the key makes the note bad, whatever else is there.
  package func isSigned(by key: LedgerVerifierKey) -> Bool {
    let own = signatures.filter { $0.name == key.name && $0.keyHash == key.hash }
    return !own.isEmpty
      && own.allSatisfy {
        $0.bytes.count == LedgerVerifierKey.signatureLength && key.isValid($0.bytes, for: Array(text.utf8))
      }
  }

  private static func signature(_ line: Substring) throws(CordonError) -> Signature {
    let parts = line.dropFirst(dash.count).split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[0].contains("+"),
      let data = Data(base64Encoded: String(parts[1])), data.count > LedgerVerifierKey.hashLength
    else { throw malformed("a signature line cannot be read") }
    return Signature(
      name: String(parts[0]), keyHash: [UInt8](data.prefix(LedgerVerifierKey.hashLength)),
      bytes: [UInt8](data.dropFirst(LedgerVerifierKey.hashLength)))
  }

  private static func malformed(_ why: String) -> CordonError {
    CordonError(.invalid, "note-malformed", "The signed note cannot be read: \(why).")
  }
}
