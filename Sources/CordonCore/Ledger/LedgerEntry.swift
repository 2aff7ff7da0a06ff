/// One numbered leaf of the ledger.
package struct LedgerEntry: Hashable, Sendable {
  /// From 0, without holes.
  package var index: UInt64
  /// 32 random bytes; empty once the record was erased, so that nobody can guess it back.
  package var salt: [UInt8]
  /// Canonical bytes of a `LedgerRecord`; nil once erased: proofs hold without it.
  package var record: [UInt8]?
  /// SHA-256(salt ‖ record): what the Merkle tree's leaf is made of.
  package var leaf: [UInt8]

  package static let saltLength = 32
  package static let leafLength = 32
  /// Bytes of a record, at most.
  package static let mostRecordBytes = 1 << 20

  package init(index: UInt64, salt: [UInt8], record: [UInt8]?, leaf: [UInt8]) {
    self.index = index
    self.salt = salt
    self.record = record
    self.leaf = leaf
  }
}

/// A decision that waits for its number in the ledger.
package struct PendingLedgerRecord: Hashable, Sendable {
  /// Its place in the queue; ascending, meaningless once it has a number.
  package var order: Int64
  package var writtenAt: Timestamp
  /// Canonical bytes of a `LedgerRecord`.
  package var record: [UInt8]

  package init(order: Int64, writtenAt: Timestamp, record: [UInt8]) {
    self.order = order
    self.writtenAt = writtenAt
    self.record = record
  }
}

/// How far a ledger has grown: what is needed to append the next leaf.
package struct LedgerTreeState: Hashable, Sendable {
  /// How many leaves there are.
  package var size: UInt64
  /// Roots of the complete subtrees, largest first, 32 bytes each: one for each bit that is set in `size`.
  package var frontier: [[UInt8]]

  package static let empty = LedgerTreeState(size: 0, frontier: [])

  package init(size: UInt64, frontier: [[UInt8]]) {
    self.size = size
    self.frontier = frontier
  }
}
