package import CordonCore
package import Crypto
import FoundationEssentials

/// Names on their way to the one who asked for them: sealed as `SealedNames`, to the asker's own key of one order.
///
/// An answer opens with the key, the order and the place that it was made for: a collector can neither read it nor give
/// it out as another's.
package enum UnsealedNames {
  /// Seals the answer to a place of an order.
  ///
  /// - Parameter key: X25519, 32 bytes. Code: `answer-key`.
  package static func seal(
    _ name: CanonicalName, to key: [UInt8], order: UniqueID, place: Int
  ) throws(CordonError) -> [UInt8] {
    guard let recipient = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: Data(key)) else {
      throw CordonError(.invalid, "answer-key", "The key for the answer is no X25519 key.")
    }
    return try SealedNames.seal(name, to: recipient, info: info(order, place))
  }

  /// The name at a place of an order; nil for what was not answered to it.
  package static func open(
    _ sealed: [UInt8], with key: Curve25519.KeyAgreement.PrivateKey, order: UniqueID, place: Int
  ) -> CanonicalName? {
    SealedNames.open(sealed, with: key, info: info(order, place))
  }

  private static func info(_ order: UniqueID, _ place: Int) -> Data {
    Data("cordon/v1/unsealed-name".utf8) + Data(order.bytes) + Data([UInt8(truncatingIfNeeded: place)])
  }
}
