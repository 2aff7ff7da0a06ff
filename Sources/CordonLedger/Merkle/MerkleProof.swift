/// Proofs over a tree whose leaf hashes are at hand (RFC 9162, 2.1.3 and 2.1.4); making one costs O(n) hashes.
package enum MerkleProof {
  /// Root over leaf hashes.
  package static func root(of hashes: ArraySlice<[UInt8]>) -> [UInt8] {
    switch hashes.count {
    case 0: return MerkleHash.empty
    case 1: return hashes[hashes.startIndex]
    default:
      let middle = hashes.startIndex + split(hashes.count)
      return MerkleHash.node(root(of: hashes[..<middle]), root(of: hashes[middle...]))
    }
  }

  /// The path that proves that a leaf is at `index`; nil where there is no such leaf.
  package static func inclusion(of index: Int, in hashes: ArraySlice<[UInt8]>) -> [[UInt8]]? {
    guard index >= 0, index < hashes.count else { return nil }
    guard hashes.count > 1 else { return [] }
    let half = split(hashes.count)
    let middle = hashes.startIndex + half
    if index < half {
      return inclusion(of: index, in: hashes[..<middle]).map { $0 + [root(of: hashes[middle...])] }
    }
    return inclusion(of: index - half, in: hashes[middle...]).map { $0 + [root(of: hashes[..<middle])] }
  }

  /// The hashes that prove that the first `size` leaves are a prefix; nil where there are not so many, or for 0.
  package static func consistency(from size: Int, in hashes: ArraySlice<[UInt8]>) -> [[UInt8]]? {
    guard size > 0, size <= hashes.count else { return nil }
    return subproof(size, hashes, isWhole: true)
  }

  private static func subproof(_ size: Int, _ hashes: ArraySlice<[UInt8]>, isWhole: Bool) -> [[UInt8]] {
    guard size < hashes.count else { return isWhole ? [] : [root(of: hashes)] }
    let half = split(hashes.count)
    let middle = hashes.startIndex + half
    if size <= half {
      return subproof(size, hashes[..<middle], isWhole: isWhole) + [root(of: hashes[middle...])]
    }
    return subproof(size - half, hashes[middle...], isWhole: false) + [root(of: hashes[..<middle])]
  }

  /// The largest power of two below a count of at least 2.
  private static func split(_ count: Int) -> Int { 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount) }
}
