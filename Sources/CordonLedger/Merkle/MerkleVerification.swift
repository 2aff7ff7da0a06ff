/// Checks of proofs that somebody else made; nothing about a proof's length is believed.
extension MerkleProof {
  /// Whether `path` proves that a leaf's hash is at `index` of a tree (RFC 9162, 2.1.3.2).
  package static func verifyInclusion(
    leafHash: [UInt8], index: UInt64, size: UInt64, path: [[UInt8]], root: [UInt8]
  ) -> Bool {
    guard index < size else { return false }
    var node = index
    var last = size - 1
    var hash = leafHash
    for sibling in path {
      guard last > 0 else { return false }
      if node & 1 == 1 || node == last {
        hash = MerkleHash.node(sibling, hash)
        while node & 1 == 0, node > 0 {
          node >>= 1
          last >>= 1
        }
      } else {
        hash = MerkleHash.node(hash, sibling)
      }
      node >>= 1
      last >>= 1
    }
    return last == 0 && hash == root
  }

  /// Whether `path` proves that the tree of `first` leaves is a prefix of that of `second` (RFC 9162, 2.1.4.2).
  ///
  /// The empty tree is a prefix of every tree, and needs an empty path.
  package static func verifyConsistency(
    first: UInt64, second: UInt64, firstRoot: [UInt8], secondRoot: [UInt8], path: [[UInt8]]
  ) -> Bool {
    guard first <= second else { return false }
    guard first < second else { return path.isEmpty && firstRoot == secondRoot }
    guard first > 0 else { return path.isEmpty && firstRoot == MerkleHash.empty }
    var path = path[...]
    // A first tree that is complete is a node of the second, and its root need not be sent.
    if first & (first - 1) == 0 { path = [firstRoot] + path }
    guard let seed = path.popFirst() else { return false }
    var node = first - 1
    var last = second - 1
    while node & 1 == 1 {
      node >>= 1
      last >>= 1
    }
    var (old, new) = (seed, seed)
    for sibling in path {
      guard last > 0 else { return false }
      if node & 1 == 1 || node == last {
        old = MerkleHash.node(sibling, old)
        new = MerkleHash.node(sibling, new)
        while node & 1 == 0, node > 0 {
          node >>= 1
          last >>= 1
        }
      } else {
        new = MerkleHash.node(new, sibling)
      }
      node >>= 1
      last >>= 1
    }
    return last == 0 && old == firstRoot && new == secondRoot
  }
}
