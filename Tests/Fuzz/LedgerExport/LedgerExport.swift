import CordonLedger

/// Any bytes as an exported ledger and as a signed note: no trap, and what is read is written back as it was read.
func fuzzLedgerExport(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  guard var verifier = try? LedgerVerifier() else { return 0 }
  for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
    verifier.take(line)
    guard let read = try? LedgerExport.parse(line) else { continue }
    let text = try? LedgerExport.text(of: read)
    precondition(text.flatMap { try? LedgerExport.parse($0.utf8) } == read, "a line is written back otherwise")
  }
  let report = verifier.finish()
  precondition(report.problems.count <= LedgerReport.mostProblems)
  if let note = try? SignedNote(parsing: String(decoding: bytes, as: UTF8.self)) {
    precondition((try? SignedNote(parsing: note.description)) == note, "a note is written back otherwise")
  }
  return 0
}
