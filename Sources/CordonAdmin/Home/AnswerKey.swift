import CordonCore
import CordonTrust
import Crypto
import FoundationEssentials

/// The key that the answer to one question for names opens with, and the question as it was signed: kept in the asker's
/// home, and destroyed once the answer is read.
///
/// The question is kept because an answer is names in the question's order alone: a collector that tells another order
/// must not decide who is who.
struct AnswerKey {
  private static let keyLength = 32
  /// Bytes of a question; what an envelope may carry is more.
  private static let questionLimit = 64 << 10

  let key: Curve25519.KeyAgreement.PrivateKey
  /// What was asked.
  let order: UnsealOrder
  private let file: String

  /// Makes the key of a question, and keeps both.
  ///
  /// - Parameter order: makes the question of the public key, 32 bytes.
  static func make(
    in home: OperatorHome, for order: ([UInt8]) -> UnsealOrder
  ) throws(CordonError) -> AnswerKey {
    let key = Curve25519.KeyAgreement.PrivateKey()
    let order = order([UInt8](key.publicKey.rawRepresentation))
    let made = AnswerKey(key: key, order: order, file: path(order.id, home))
    try PrivateFile.replace(made.file, holding: [UInt8](key.rawRepresentation) + order.encodedPayload())
    return made
  }

  /// The key of an order that this home asked for. Code: `answer-key`.
  static func load(for order: UniqueID, from home: OperatorHome) throws(CordonError) -> AnswerKey {
    let file = path(order, home)
    let bytes: [UInt8]
    do throws(CordonError) {
      bytes = try PrivateFile.read(file, most: keyLength + questionLimit)
    } catch  where error.kind == .missing {
      throw CordonError(
        .missing, "answer-key", "This home holds no key for the answer to \(order).",
        remedy: "Only who asked can read an answer, and once; ask anew with `cordon unseal ask`.")
    }
    guard let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: Data(bytes.prefix(keyLength))),
      let asked = try? UnsealOrder(payload: Array(bytes.dropFirst(keyLength))), asked.id == order
    else { throw CordonError(.invalid, "answer-key", "\(file) does not hold a key and its question.") }
    return AnswerKey(key: key, order: asked, file: file)
  }

  /// The answer cannot be read again.
  func destroy() throws(CordonError) { try PrivateFile.remove(file) }

  private static func path(_ order: UniqueID, _ home: OperatorHome) -> String {
    home.file("answer-\(Hex.encode(order.bytes)).key")
  }
}
