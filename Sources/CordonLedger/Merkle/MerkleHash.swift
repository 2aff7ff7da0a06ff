package import CordonCore
import Crypto

/// The hashes of a Merkle tree as RFC 6962 (2.1) and RFC 9162 (2.1.1) define them over SHA-256.
package enum MerkleHash {
  /// Root of the tree without leaves.
  package static let empty = [UInt8](SHA256.hash(data: [UInt8]()))

  private static let leafPrefix: UInt8 = 0
  private static let nodePrefix: UInt8 = 1

  /// Hash of a leaf's bytes.
  package static func leaf(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var input: [UInt8] = [leafPrefix]
    input.append(contentsOf: bytes)
    return [UInt8](SHA256.hash(data: input))
  }

  /// Hash of two subtrees.
  package static func node(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
    var input: [UInt8] = [nodePrefix]
    input.reserveCapacity(1 + left.count + right.count)
    input.append(contentsOf: left)
    input.append(contentsOf: right)
    return [UInt8](SHA256.hash(data: input))
  }

  /// What a leaf says of a record: SHA-256(salt ‖ record), so that the record can be erased while proofs hold.
  package static func commitment(salt: [UInt8], record: [UInt8]) -> [UInt8] {
    [UInt8](SHA256.hash(data: salt + record))
  }
}

extension LedgerEntry {
  /// Whether the record, where it is still there, is what the leaf was made of.
  package var isIntact: Bool {
    guard leaf.count == Self.leafLength else { return false }
    guard let record else { return true }
    return salt.count == Self.saltLength && MerkleHash.commitment(salt: salt, record: record) == leaf
  }
}
