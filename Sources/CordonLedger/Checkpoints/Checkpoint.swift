package import CordonCore
import FoundationEssentials

/// What a ledger promises at one size: its root, as the C2SP specification `tlog-checkpoint` writes it.
package struct Checkpoint: Hashable, Sendable {
  /// Which ledger; the name of the key that signs it.
  package var origin: String
  package var size: UInt64
  /// 32 bytes.
  package var root: [UInt8]

  package init(origin: String, size: UInt64, root: [UInt8]) {
    self.origin = origin
    self.size = size
    self.root = root
  }

  /// Reads the text of a note; extension lines are passed over.
  ///
  /// - Throws: `checkpoint-malformed`.
  package init(parsing text: String) throws(CordonError) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 4, lines.last?.isEmpty == true, !lines[0].isEmpty, let size = UInt64(lines[1]),
      String(size) == lines[1], let root = Data(base64Encoded: String(lines[2])), root.count == LedgerEntry.leafLength,
      root.base64EncodedString() == lines[2]
    else {
      throw CordonError(
        .invalid, "checkpoint-malformed", "The checkpoint cannot be read: origin, size and root, a line each.")
    }
    self.init(origin: String(lines[0]), size: size, root: [UInt8](root))
  }

  /// Reads a signed note and checks that the key signed it and names its origin.
  ///
  /// - Throws: `note-malformed`, `checkpoint-malformed`, `checkpoint-signature`, `checkpoint-origin`.
  package init(verifying note: String, key: LedgerVerifierKey) throws(CordonError) {
    let signed = try SignedNote(parsing: note)
    guard signed.isSigned(by: key) else {
      throw CordonError(.denied, "checkpoint-signature", "The checkpoint is not signed by \(key.text).")
    }
    try self.init(parsing: signed.text)
    guard origin == key.name else {
      throw CordonError(
        .denied, "checkpoint-origin", "The checkpoint is of ledger “\(origin.prefix(80))”, the key of “\(key.name)”.")
    }
  }

  /// The text that is signed.
  package var text: String { "\(origin)\n\(size)\n\(Data(root).base64EncodedString())\n" }

  /// The signed note.
  package func signed(by signer: LedgerSigner) throws(CordonError) -> String {
    var note = SignedNote(text: text)
    try note.sign(with: signer)
    return note.description
  }
}
