import CordonCore
import CordonTrust
import Crypto
import FoundationEssentials

/// The key that the answer to one question for names opens with: made for it, kept in the asker's home, and destroyed
/// once the answer is read.
struct AnswerKey {
  let key: Curve25519.KeyAgreement.PrivateKey
  private let file: String

  /// Makes the key of an order, and keeps it.
  static func make(for order: UniqueID, in home: OperatorHome) throws(CordonError) -> AnswerKey {
    let made = AnswerKey(key: Curve25519.KeyAgreement.PrivateKey(), file: path(order, home))
    try PrivateFile.replace(made.file, holding: [UInt8](made.key.rawRepresentation))
    return made
  }

  /// The key of an order that this home asked for. Code: `answer-key`.
  static func load(for order: UniqueID, from home: OperatorHome) throws(CordonError) -> AnswerKey {
    let file = path(order, home)
    let bytes: [UInt8]
    do throws(CordonError) { bytes = try PrivateFile.read(file, most: 32) } catch  where error.kind == .missing {
      throw CordonError(
        .missing, "answer-key", "This home holds no key for the answer to \(order).",
        remedy: "Only who asked can read an answer, and once; ask anew with `cordon unseal ask`.")
    }
    guard let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: Data(bytes)) else {
      throw CordonError(.invalid, "answer-key", "\(file) does not hold a key.")
    }
    return AnswerKey(key: key, file: file)
  }

  /// What goes into the order, 32 bytes.
  var publicBytes: [UInt8] { [UInt8](key.publicKey.rawRepresentation) }

  /// The answer cannot be read again.
  func destroy() throws(CordonError) { try PrivateFile.remove(file) }

  private static func path(_ order: UniqueID, _ home: OperatorHome) -> String {
    home.file("answer-\(Hex.encode(order.bytes)).key")
  }
}
