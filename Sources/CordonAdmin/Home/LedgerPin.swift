import CordonCore
import CordonLedger
import CordonTrust

/// The ledger's public key as this home knows it: kept at the first export, compared ever after.
enum LedgerPin {
  static let name = "ledger.pub"
  private static let mostBytes = 1024

  /// Nil where this home has seen no ledger yet.
  static func load(_ home: OperatorHome) throws(CordonError) -> LedgerVerifierKey? {
    guard home.exists(name) else { return nil }
    let bytes = try FileInput.read(home.file(name), most: mostBytes, in: home.environment)
    return try key(String(decoding: bytes, as: UTF8.self))
  }

  /// From text with white space around it.
  static func key(_ text: String) throws(CordonError) -> LedgerVerifierKey {
    try LedgerVerifierKey(text: text.filter { !$0.isWhitespace })
  }

  /// Keeps a key that is new to this home, and refuses one that differs from the kept one.
  static func keep(_ key: LedgerVerifierKey, _ home: OperatorHome) throws(CordonError) {
    if let known = try load(home) {
      guard known == key else {
        throw CordonError(
          .denied, "ledger-key-differs", "The collector's ledger has another key than it had before.",
          remedy: "Compare with ledger.pub on the collector's host. Where the collector was made anew, move "
            + "\(home.file(name)) away; else somebody may have replaced the ledger.")
      }
      return
    }
    try PrivateFile.replace(home.file(name), holding: Array((key.text + "\n").utf8))
  }
}
