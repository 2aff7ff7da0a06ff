import CordonCore
import CordonLedger
import Testing

@Suite("Merkle tree: RFC 6962 and RFC 9162")
struct MerkleTests {
  /// The eight leaves of the Certificate Transparency reference tests.
  static let inputs = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
  ].map { Hex.decode($0)! }

  /// Their roots, for 0 to 8 leaves.
  static let roots = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ].map { Hex.decode($0)! }

  static let hashes = inputs.map(MerkleHash.leaf)

  @Test(arguments: 0...8) func rootsAreTheReferenceOnes(_ size: Int) throws {
    #expect(MerkleProof.root(of: Self.hashes[..<size]) == Self.roots[size])
    var frontier = MerkleFrontier()
    for leaf in Self.inputs[..<size] { frontier.append(leaf) }
    #expect(frontier.root == Self.roots[size])
    #expect(frontier.size == UInt64(size))
    #expect(try MerkleFrontier(frontier.state).root == Self.roots[size])
  }

  @Test func theReferencePathsAreMade() {
    #expect(
      MerkleProof.inclusion(of: 0, in: Self.hashes[...])?.map { Hex.encode($0) } == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
      ])
    #expect(
      MerkleProof.consistency(from: 6, in: Self.hashes[...])?.map { Hex.encode($0) } == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      ])
    #expect(MerkleProof.inclusion(of: 8, in: Self.hashes[...]) == nil)
    #expect(MerkleProof.inclusion(of: -1, in: Self.hashes[...]) == nil)
    #expect(MerkleProof.consistency(from: 0, in: Self.hashes[...]) == nil)
    #expect(MerkleProof.consistency(from: 9, in: Self.hashes[...]) == nil)
  }

  static let largest = 64
  static let many = (0..<largest).map { MerkleHash.leaf([UInt8($0)]) }
  static let manyRoots = (0...largest).map { MerkleProof.root(of: many[..<$0]) }

  @Test(arguments: 1...largest) func everyLeafOfEverySizeIsProved(_ size: Int) throws {
    let root = Self.manyRoots[size]
    for index in 0..<size {
      let path = try #require(MerkleProof.inclusion(of: index, in: Self.many[..<size]))
      func verify(
        _ hash: [UInt8]? = nil, index at: Int? = nil, size of: Int? = nil, path other: [[UInt8]]? = nil,
        root claimed: [UInt8]? = nil
      ) -> Bool {
        MerkleProof.verifyInclusion(
          leafHash: hash ?? Self.many[index], index: UInt64(at ?? index), size: UInt64(of ?? size),
          path: other ?? path, root: claimed ?? root)
      }
      #expect(verify())
      #expect(!verify(Self.many[(index + 1) % Self.largest]))
      #expect(!verify(index: size))
      #expect(!verify(path: path + [root]))
      #expect(!verify(root: Self.manyRoots[size - 1]))
      if !path.isEmpty { #expect(!verify(path: Array(path.dropLast()))) }
      for other in 0..<size where other != index && size <= 24 { #expect(!verify(index: other)) }
    }
  }

  @Test(arguments: 0...largest) func everyPrefixOfEverySizeIsProved(_ second: Int) throws {
    for first in 0...second {
      let path = first == 0 ? [] : try #require(MerkleProof.consistency(from: first, in: Self.many[..<second]))
      func verify(
        first from: Int? = nil, firstRoot: [UInt8]? = nil, secondRoot: [UInt8]? = nil, path other: [[UInt8]]? = nil
      ) -> Bool {
        MerkleProof.verifyConsistency(
          first: UInt64(from ?? first), second: UInt64(second), firstRoot: firstRoot ?? Self.manyRoots[first],
          secondRoot: secondRoot ?? Self.manyRoots[second], path: other ?? path)
      }
      let foreign = MerkleHash.leaf([255, 255])
      #expect(verify())
      #expect(!verify(firstRoot: foreign))
      if first > 0 { #expect(!verify(secondRoot: foreign)) }
      #expect(!verify(path: path + [foreign]))
      #expect(!verify(first: second + 1))
      for index in path.indices {
        var bent = path
        bent[index] = foreign
        #expect(!verify(path: bent))
        bent.remove(at: index)
        #expect(!verify(path: bent))
      }
    }
  }

  @Test(arguments: 0...largest) func aFrontierGrowsAsTheTreeDoes(_ size: Int) {
    var frontier = MerkleFrontier()
    for leaf in 0..<size { frontier.append([UInt8(leaf)]) }
    #expect(frontier.root == Self.manyRoots[size])
    #expect(frontier.state.frontier.count == size.nonzeroBitCount)
  }

  @Test func aFrontierThatDoesNotFitItsSizeIsRefused() {
    for state in [
      LedgerTreeState(size: 3, frontier: [Self.many[0]]), LedgerTreeState(size: 0, frontier: [Self.many[0]]),
      LedgerTreeState(size: 1, frontier: [[1, 2, 3]]),
    ] {
      #expect(throws: CordonError.self) { try MerkleFrontier(state) }
    }
  }

  @Test func aRecordMayGoWhileItsLeafStays() {
    let salt = [UInt8](repeating: 3, count: 32)
    var entry = LedgerEntry(
      index: 0, salt: salt, record: [1, 2], leaf: MerkleHash.commitment(salt: salt, record: [1, 2]))
    #expect(entry.isIntact)
    entry.record = [1, 3]
    #expect(!entry.isIntact)
    entry.record = nil
    entry.salt = []
    #expect(entry.isIntact)
    entry.leaf = [1]
    #expect(!entry.isIntact)
  }
}
