package import CordonCore
package import CordonLedger
package import CordonTrust

/// The ledger's key within a collector's folder.
package enum LedgerKeyFile {
  package static let privateKey = "ledger.key"
  /// NAME+HASH+KEY, for `cordon ledger verify --key`.
  package static let publicKey = "ledger.pub"

  private static let mostBytes = 256

  /// Makes the private key; refuses to replace one.
  package static func create(in folder: String) throws(CordonError) {
    try PrivateFile.create(at: "\(folder)/\(privateKey)", holding: LedgerSigner.makePrivateKey())
  }

  /// The signer of a site's ledger.
  package static func load(from folder: String, domain: TrustDomain) throws(CordonError) -> LedgerSigner {
    try LedgerSigner(
      name: "\(domain)/ledger", privateKey: try PrivateFile.read("\(folder)/\(privateKey)", most: mostBytes))
  }

  /// Writes the public half beside the private one, and returns it: NAME+HASH+KEY.
  package static func publish(in folder: String, domain: TrustDomain) throws(CordonError) -> String {
    let key = try load(from: folder, domain: domain).verifierKey.text
    try PrivateFile.replace("\(folder)/\(publicKey)", holding: Array((key + "\n").utf8))
    return key
  }
}
