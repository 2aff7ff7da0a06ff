import CordonCore
import CordonLedger
import CordonTestSupport
import Glibc
import Testing

@Suite("Ledger files")
struct LedgerFileTests {
  private func write(_ bytes: some Collection<UInt8>, to path: String) throws {
    let file = try #require(fopen(path, "w"))
    defer { fclose(file) }
    let bytes = Array(bytes)
    #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
  }

  @Test(arguments: ["", "\n"]) func aFileIsReadWithOrWithoutItsLastNewline(_ end: String) throws {
    let fixture = try LedgerFixture(2_000, each: 100)
    try withTemporaryFolder { folder in
      var text = try fixture.export()
      text.removeLast()
      try write((text + end).utf8, to: "\(folder)/ledger.jsonl")
      var steps: [UInt64] = []
      let report = try LedgerFile.verify(path: "\(folder)/ledger.jsonl") { steps.append($0) }
      #expect(report.isSound, "\(report.problems)")
      #expect(report.entries == 2_000)
      #expect(steps.last == UInt64((text + end).utf8.count))
      #expect(steps.count > 1)
    }
  }

  @Test func anOverlongLineIsOneProblem() throws {
    try withTemporaryFolder { folder in
      let line = [UInt8](repeating: UInt8(ascii: "x"), count: LedgerExport.mostLineBytes + 1)
      try write(try LedgerFixture(1).export().utf8 + line + [UInt8(ascii: "\n")] + Array("y".utf8), to: "\(folder)/l")
      let report = try LedgerFile.verify(path: "\(folder)/l")
      #expect(report.problems.map(\.line) == [4, 5])
    }
  }

  @Test func aFileThatIsNotThereIsSaid() {
    expectRefusal("ledger-file") { _ = try LedgerFile.verify(path: "/nonexistent/ledger") }
  }
}
