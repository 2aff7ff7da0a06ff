import CordonCore
import CordonLedger
import CordonTestSupport
import Testing

@Suite("Ledger export")
struct LedgerExportWriterTests {
  @Test func piecesGiveTheSameFile() throws {
    let fixture = try LedgerFixture(11, each: 3)
    var writer = LedgerExportWriter()
    var text = try writer.header(fixture.signer.verifierKey)
    // As a collector streams it: checkpoints first, entries in chunks.
    text += try writer.lines(Array(fixture.entries[..<4]), checkpoints: fixture.checkpoints)
    text += try writer.lines(Array(fixture.entries[4...]))
    text += try writer.end()
    #expect(text == (try fixture.export()))
  }

  @Test func whatComesOutOfOrderIsRefused() throws {
    let fixture = try LedgerFixture(11, each: 3)
    expectRefusal("ledger-export-order") {
      var writer = LedgerExportWriter()
      _ = try writer.lines([fixture.entries[1]])
    }
    expectRefusal("ledger-export-order") {
      var writer = LedgerExportWriter()
      _ = try writer.lines(fixture.entries)
      _ = try writer.lines([], checkpoints: [fixture.checkpoints[0]])
    }
    expectRefusal("ledger-export-order") {
      var writer = LedgerExportWriter()
      _ = try writer.lines([], checkpoints: fixture.checkpoints.reversed())
    }
  }

  static let entries = [
    LedgerEntry(index: 0, salt: Array(repeating: 1, count: 32), record: [], leaf: Array(repeating: 2, count: 32)),
    LedgerEntry(
      index: 1, salt: Array(repeating: 1, count: 32), record: [0xFF, 0], leaf: Array(repeating: 2, count: 32)),
    LedgerEntry(
      index: 2, salt: Array(repeating: 1, count: 32), record: Array("ü\n\u{0}\"\\".utf8),
      leaf: Array(repeating: 2, count: 32)),
    LedgerEntry(index: 3, salt: [], record: nil, leaf: Array(repeating: 2, count: 32)),
  ]

  @Test(arguments: entries) func anyRecordComesBackByteForByte(_ entry: LedgerEntry) throws {
    let text = try LedgerExport.text(of: .entry(entry))
    #expect(!text.contains("\n"))
    #expect(try LedgerExport.parse(text.utf8) == .entry(entry))
  }
}
