package import CordonCore

/// A tree that can only grow: the roots of its complete subtrees, from which its root follows.
///
/// Memory: 32 bytes for each bit set in the size. Appending costs at most 64 hashes, on average one and a leaf's.
package struct MerkleFrontier: Hashable, Sendable {
  package private(set) var state: LedgerTreeState

  package init() { state = .empty }

  /// - Throws: `ledger-frontier` where the number or length of the hashes does not fit the size.
  package init(_ state: LedgerTreeState) throws(CordonError) {
    guard state.frontier.count == state.size.nonzeroBitCount,
      state.frontier.allSatisfy({ $0.count == LedgerEntry.leafLength })
    else {
      throw CordonError(
        .inputOutput, "ledger-frontier",
        "The stored state of the ledger's tree does not fit its \(state.size) entries.",
        remedy: "Restore the newest backup of the store.")
    }
    self.state = state
  }

  package var size: UInt64 { state.size }

  /// Appends a leaf's bytes (not their hash).
  package mutating func append(_ leaf: [UInt8]) {
    var hash = MerkleHash.leaf(leaf)
    // Complete subtrees of equal size merge, as carries do in an addition of one.
    var carry = state.size
    while carry & 1 == 1, let left = state.frontier.popLast() {
      hash = MerkleHash.node(left, hash)
      carry >>= 1
    }
    state.frontier.append(hash)
    state.size += 1
  }

  package var root: [UInt8] {
    guard var root = state.frontier.last else { return MerkleHash.empty }
    for left in state.frontier.dropLast().reversed() { root = MerkleHash.node(left, root) }
    return root
  }
}
