import CordonCore
import CordonLedger
import CordonTestSupport
import Testing

@Suite("Sequencer")
struct LedgerSequencerTests {
  @Test func nothingPendingIsNoStep() throws {
    let fixture = try LedgerFixture(0)
    var randomness = SeededRandomness(seed: 1)
    #expect(try LedgerSequencer(signer: fixture.signer).step([], tree: .empty, randomness: &randomness) == nil)
  }

  @Test func recordsKeepTheirOrderAndGetSaltsOfTheirOwn() throws {
    let fixture = try LedgerFixture(9, each: 4)
    #expect(fixture.entries.map(\.index) == Array(0..<9))
    #expect(fixture.entries.map(\.record) == (0..<9).map(LedgerFixture.record))
    #expect(Set(fixture.entries.map(\.salt)).count == 9)
    #expect(!fixture.entries.contains { !$0.isIntact })
    #expect(fixture.tree.size == 9)
    let hashes = fixture.entries.map { MerkleHash.leaf($0.leaf) }
    #expect(try MerkleFrontier(fixture.tree).root == MerkleProof.root(of: hashes[...]))
  }

  @Test func aStepTakesNoMoreThanItsLimit() throws {
    let fixture = try LedgerFixture(0)
    var randomness = SeededRandomness(seed: 1)
    let pending = (0...LedgerSequencer.mostRecords).map {
      PendingLedgerRecord(order: Int64($0) + 10, writtenAt: FakeClock.start, record: [1])
    }
    let step = try LedgerSequencer(signer: fixture.signer).step(pending, tree: .empty, randomness: &randomness)
    #expect(step?.entries.count == LedgerSequencer.mostRecords)
    #expect(step?.through == Int64(LedgerSequencer.mostRecords) + 9)
  }
}
