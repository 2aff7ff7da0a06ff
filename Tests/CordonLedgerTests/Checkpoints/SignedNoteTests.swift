import CordonCore
import CordonLedger
import CordonTestSupport
import Testing

@Suite("Signed notes and checkpoints: C2SP")
struct SignedNoteTests {
  /// The example of Go's golang.org/x/mod/sumdb/note, where the format comes from.
  static let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
  static let text =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
  static let note =
    text
    + "\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

  @Test func theReferenceNoteVerifies() throws {
    let key = try LedgerVerifierKey(text: Self.key)
    let note = try SignedNote(parsing: Self.note)
    #expect(key.text == Self.key)
    #expect(note.text == Self.text)
    #expect(note.description == Self.note)
    #expect(note.isSigned(by: key))
  }

  @Test func aNoteThatWasTouchedDoesNot() throws {
    let key = try LedgerVerifierKey(text: Self.key)
    var note = try SignedNote(parsing: Self.note)
    note.text = note.text.replacing("think", with: "know")
    #expect(!note.isSigned(by: key))
    note = try SignedNote(parsing: Self.note)
    note.signatures[0].bytes[3] ^= 1
    #expect(!note.isSigned(by: key))
    let other = try LedgerSigner(name: "PeterNeumann", privateKey: Array(repeating: 1, count: 32))
    note = try SignedNote(parsing: Self.note)
    #expect(!note.isSigned(by: other.verifierKey))
    try note.sign(with: other)
    #expect(note.isSigned(by: other.verifierKey) && note.isSigned(by: key))
  }

  static let malformed = [
    "", "\n", "text\n", "text\n\n", "\u{2014} a AAAAAAA=\n", "text\n\n\u{2014} a\n", "text\n\n\u{2014} a ====\n",
    "text\n\n\u{2014} a AAAA\n", "text\n\n\u{2014} a AAAAAAA=", "text\n\u{2014} a AAAAAAA=\n",
    "te\u{7}xt\n\n\u{2014} a AAAAAAA=\n", "text\n\n\u{2014} a+b AAAAAAA=\n", "text\n\n\u{2014} a b AAAAAAA=\n",
    String(repeating: "x", count: SignedNote.mostBytes) + "\n\n\u{2014} a AAAAAAA=\n",
    "text\n\n" + String(repeating: "\u{2014} a AAAAAAA=\n", count: SignedNote.mostSignatures + 1),
  ]

  @Test(arguments: malformed.indices) func whatIsNoNoteIsRefused(_ index: Int) {
    expectRefusal("note-malformed") { _ = try SignedNote(parsing: Self.malformed[index]) }
  }

  @Test func theMostSignaturesAreStillRead() throws {
    let note = "text\n\n" + String(repeating: "\u{2014} a AAAAAAA=\n", count: SignedNote.mostSignatures)
    #expect(try SignedNote(parsing: note).signatures.count == SignedNote.mostSignatures)
  }

  static let badKeys = [
    "", "a", "a+b", "a+c74f20a3+AR==", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
  ]

  @Test(arguments: badKeys) func whatIsNoKeyIsRefused(_ text: String) {
    expectRefusal("ledger-key") { _ = try LedgerVerifierKey(text: text) }
  }

  @Test func aCheckpointComesBackFromItsNote() throws {
    let signer = try LedgerSigner(name: "hospital.example/ledger", privateKey: LedgerSigner.makePrivateKey())
    let checkpoint = Checkpoint(origin: "hospital.example/ledger", size: 12, root: MerkleHash.empty)
    let note = try checkpoint.signed(by: signer)
    #expect(note.hasPrefix("hospital.example/ledger\n12\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\u{2014} "))
    #expect(try Checkpoint(verifying: note, key: signer.verifierKey) == checkpoint)
    let stranger = try LedgerSigner(name: "hospital.example/ledger", privateKey: LedgerSigner.makePrivateKey())
    expectRefusal("checkpoint-signature") { _ = try Checkpoint(verifying: note, key: stranger.verifierKey) }
    let foreign = try Checkpoint(origin: "elsewhere", size: 1, root: MerkleHash.empty).signed(by: signer)
    expectRefusal("checkpoint-origin") { _ = try Checkpoint(verifying: foreign, key: signer.verifierKey) }
  }

  static let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
  static let badCheckpoints = [
    "", "a\n", "a\n1\n", "a\n1\n\(root)", "\n1\n\(root)\n", "a\n01\n\(root)\n", "a\n-1\n\(root)\n", "a\n+1\n\(root)\n",
    "a\n18446744073709551616\n\(root)\n", "a\n1\nAAAA\n", "a\n1\n\(root.dropLast())\n", "a\n1\n not base64\n",
  ]

  @Test(arguments: badCheckpoints) func whatIsNoCheckpointIsRefused(_ text: String) {
    expectRefusal("checkpoint-malformed") { _ = try Checkpoint(parsing: text) }
  }

  @Test func extensionLinesArePassedOver() throws {
    #expect(try Checkpoint(parsing: "a\n1\n\(Self.root)\nlater: more\n").size == 1)
  }
}
