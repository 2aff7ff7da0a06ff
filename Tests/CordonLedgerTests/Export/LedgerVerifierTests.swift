import CordonCore
import CordonLedger
import CordonTestSupport
import Testing

@Suite("Ledger verification: an edited, dropped or moved entry is caught")
struct LedgerVerifierTests {
  static let count = 13

  @Test(arguments: [0, 1, 4, 13, 64]) func anUntouchedLedgerIsSound(_ count: Int) throws {
    let fixture = try LedgerFixture(count)
    let report = try verify(try fixture.export())
    #expect(report.isSound, "\(report.problems)")
    #expect(report.entries == UInt64(count))
    #expect(report.checkpoints == UInt64(fixture.checkpoints.count))
    #expect(report.vouched == UInt64(count))
    #expect(report.key == fixture.signer.verifierKey)
    #expect(report.isKeyFromFile)
    #expect(try report.root == MerkleFrontier(fixture.tree).root)
  }

  /// Whoever edits a record in the file alone.
  @Test(arguments: 0..<count) func anEditedRecordIsNamed(_ index: Int) throws {
    let fixture = try LedgerFixture(Self.count)
    let text = try fixture.export().replacing("policy-\(index)\\\"", with: "policy-x\\\"")
    let report = try verify(text)
    #expect(report.problems.map(\.code) == ["ledger-edited"])
    #expect(report.problems.first?.entries == UInt64(index)..<UInt64(index) + 1)
  }

  /// Whoever edits a record, and makes its leaf anew to match.
  @Test(arguments: 0..<count) func anEditThatMatchesItsLeafIsFoundBetweenTwoCheckpoints(_ index: Int) throws {
    var fixture = try LedgerFixture(Self.count)
    let salt = fixture.entries[index].salt
    fixture.entries[index].record = [1, 2, 3]
    fixture.entries[index].leaf = MerkleHash.commitment(salt: salt, record: [1, 2, 3])
    let report = try verify(try fixture.export())
    #expect(report.problems.map(\.code) == ["ledger-root"])
    #expect(report.problems.first?.entries?.contains(UInt64(index)) == true)
    #expect((report.problems.first?.entries?.count ?? 99) <= 4)
  }

  @Test(arguments: 0..<count) func aDroppedEntryIsNamed(_ index: Int) throws {
    let fixture = try LedgerFixture(Self.count)
    let lines = try fixture.export().split(separator: "\n").filter { !$0.hasPrefix("{\"index\":\(index),") }
    let report = try verify(lines.joined(separator: "\n"))
    let code = index == Self.count - 1 ? "ledger-truncated" : "ledger-order"
    #expect(report.problems.map(\.code) == [code])
    #expect(report.problems.first?.entries == UInt64(index)..<UInt64(index) + 1)
  }

  @Test(arguments: 0..<count) func aDropThatIsRenumberedIsFoundBetweenTwoCheckpoints(_ index: Int) throws {
    let fixture = try LedgerFixture(Self.count)
    var entries = fixture.entries
    entries.remove(at: index)
    for at in entries.indices { entries[at].index = UInt64(at) }
    let report = try verify(try Self.text(fixture, entries))
    let first = try #require(report.problems.first)
    #expect(["ledger-root", "ledger-truncated"].contains(first.code))
    #expect(first.entries?.contains(UInt64(index)) == true)
  }

  @Test(arguments: 0..<count - 1) func twoThatChangedPlacesAreNamed(_ index: Int) throws {
    let fixture = try LedgerFixture(Self.count)
    var entries = fixture.entries
    entries.swapAt(index, index + 1)
    let report = try verify(try Self.text(fixture, entries))
    #expect(report.problems.first?.code == "ledger-order")
    #expect(report.problems.first?.entries == UInt64(index)..<UInt64(index) + 1)
  }

  @Test(arguments: 0..<count - 1) func aMoveThatIsRenumberedIsFoundBetweenTwoCheckpoints(_ index: Int) throws {
    let fixture = try LedgerFixture(Self.count)
    var entries = fixture.entries
    entries.swapAt(index, index + 1)
    for at in entries.indices { entries[at].index = UInt64(at) }
    let report = try verify(try Self.text(fixture, entries))
    #expect(report.problems.map(\.code) == ["ledger-root"])
    #expect(report.problems.first?.entries?.contains(UInt64(index)) == true)
  }

  /// Lines in the file's own order: entries as given, each checkpoint where its size is reached.
  static func text(_ fixture: LedgerFixture, _ entries: [LedgerEntry]) throws -> String {
    var lines = [try LedgerExport.text(of: .header(fixture.signer.verifierKey))]
    var notes = fixture.checkpoints[...]
    for (place, entry) in entries.enumerated() {
      lines.append(try LedgerExport.text(of: .entry(entry)))
      while let note = notes.first,
        try Checkpoint(parsing: try SignedNote(parsing: note).text).size == UInt64(place + 1)
      {
        lines.append(try LedgerExport.text(of: .checkpoint(note)))
        notes = notes.dropFirst()
      }
    }
    for note in notes { lines.append(try LedgerExport.text(of: .checkpoint(note))) }
    return lines.joined(separator: "\n") + "\n"
  }

  @Test func anErasedRecordLeavesEveryProofWhole() throws {
    var fixture = try LedgerFixture(Self.count)
    fixture.entries[3].record = nil
    fixture.entries[3].salt = []
    let report = try verify(try fixture.export())
    #expect(report.isSound)
    #expect(report.erased == 1)
  }

  @Test func entriesBeyondTheLastCheckpointAreNotVouchedFor() throws {
    var fixture = try LedgerFixture(Self.count)
    fixture.checkpoints.removeLast()
    let report = try verify(try fixture.export())
    #expect(report.problems.map(\.code) == ["ledger-unvouched"])
    #expect(report.problems.first?.entries == 12..<13)
  }

  /// A tail that was cut off with its checkpoints can only be missed by who saw it.
  @Test func aCutTailIsCaughtByWhatAnAgentRemembers() throws {
    let fixture = try LedgerFixture(Self.count)
    let remembered = try #require(fixture.checkpoints.last)
    let cut = try LedgerFixture(8)
    #expect(try verify(try cut.export()).isSound)
    let report = try verify(try cut.export(), seen: [remembered])
    #expect(report.problems.map(\.code) == ["ledger-truncated"])
    #expect(report.problems.first?.entries == 8..<13)
  }

  /// A ledger rewritten from the start with the collector's own key.
  @Test func aRewrittenLedgerIsCaughtByWhatAnAgentRemembers() throws {
    let fixture = try LedgerFixture(Self.count)
    let rewritten = try LedgerFixture(Self.count, seed: 2)
    #expect(try verify(try rewritten.export()).isSound)
    let report = try verify(try rewritten.export(), seen: [fixture.checkpoints[1]])
    #expect(report.problems.map(\.code) == ["ledger-root"])
  }

  @Test func anotherKeyThanTheKnownOneIsReported() throws {
    let fixture = try LedgerFixture(Self.count)
    let forged = try LedgerFixture(Self.count, key: 6)
    let report = try verify(try forged.export(), key: fixture.signer.verifierKey)
    #expect(report.problems.map(\.code).prefix(2) == ["ledger-key-differs", "checkpoint-signature"])
    #expect(!report.isKeyFromFile)
    #expect(try verify(try fixture.export(), key: fixture.signer.verifierKey).isSound)
  }

  static let badLines: [(String, String)] = [
    ("not json", "ledger-line"), ("[1]", "ledger-line"), ("{}", "ledger-line"),
    ("{\"index\":13}", "ledger-line"), ("{\"index\":-1,\"leaf\":\"00\"}", "ledger-line"),
    ("{\"index\":18446744073709551615,\"leaf\":\"\(String(repeating: "00", count: 32))\"}", "ledger-line"),
    ("{\"index\":13,\"leaf\":\"zz\"}", "ledger-line"),
    ("{\"index\":13,\"leaf\":\"\(String(repeating: "00", count: 32))\",\"record\":\"x\"}", "ledger-line"),
    ("{\"index\":13,\"leaf\":\"\(String(repeating: "00", count: 32))\",\"salt\":\"00\"}", "ledger-line"),
    ("{\"index\":13,\"leaf\":\"\(String(repeating: "00", count: 32))\",\"record_hex\":\"0\"}", "ledger-line"),
    ("{\"cordon_ledger\":2,\"key\":\"\"}", "ledger-line"), ("{\"cordon_ledger\":1}", "ledger-line"),
    ("{\"cordon_ledger\":1,\"key\":\"x\"}", "ledger-key"), ("{\"checkpoint\":\"x\"}", "note-malformed"),
    ("{\"cordon_ledger\":1,\"key\":\"\(SignedNoteTests.key)\"}", "ledger-header"),
  ]

  @Test(arguments: badLines.indices) func aBadLineIsReportedWithItsNumber(_ index: Int) throws {
    let fixture = try LedgerFixture(Self.count)
    let (line, code) = Self.badLines[index]
    let report = try verify(try fixture.export() + line + "\n")
    #expect(report.problems.map(\.code) == [code])
    #expect(report.problems.first?.line == 1 + Self.count + fixture.checkpoints.count + 1)
  }

  @Test func problemsAreBounded() throws {
    let lines = String(repeating: "x\n", count: LedgerReport.mostProblems + 5)
    let report = try verify(lines)
    #expect(report.problems.count == LedgerReport.mostProblems)
    #expect(report.problemsInAll == UInt64(LedgerReport.mostProblems + 5))
  }

  /// Any byte of the file that changes is noticed, or changes nothing that the file says.
  @Test func everyFlippedByteIsCaught() throws {
    let fixture = try LedgerFixture(3, each: 2)
    let text = Array(try fixture.export().utf8)
    let sound = try verify(String(decoding: text, as: UTF8.self), key: fixture.signer.verifierKey)
    for at in text.indices where text[at] != UInt8(ascii: "\n") {
      var bent = text
      bent[at] ^= 1
      var verifier = try LedgerVerifier(key: fixture.signer.verifierKey)
      for line in bent.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) { verifier.take(line) }
      let report = verifier.finish()
      #expect(!report.isSound || report == sound, "byte \(at)")
    }
  }
}
