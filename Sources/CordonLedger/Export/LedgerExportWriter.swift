package import CordonCore

/// Puts entries and checkpoints into an export's order, line by line.
///
/// Checkpoints may come before the entries that they cover, or with the last of them, but not later.
package struct LedgerExportWriter: Sendable {
  private var waiting: [(size: UInt64, note: String)] = []
  private var size: UInt64 = 0

  /// Checkpoints that may wait for their entries.
  package static let mostWaiting = 100_000

  package init() {}

  /// The first line.
  package func header(_ key: LedgerVerifierKey) throws(CordonError) -> String {
    try LedgerExport.text(of: .header(key)) + "\n"
  }

  /// Lines for the next entries, with the checkpoints that belong among them.
  ///
  /// - Throws: `ledger-export-order` for an entry or checkpoint that comes out of order, and for too many waiting.
  package mutating func lines(_ entries: [LedgerEntry], checkpoints: [String] = []) throws(CordonError) -> String {
    for note in checkpoints {
      let checkpoint = try Checkpoint(parsing: try SignedNote(parsing: note).text)
      guard checkpoint.size >= size, checkpoint.size >= (waiting.last?.size ?? 0), waiting.count < Self.mostWaiting
      else {
        throw CordonError(
          .invalid, "ledger-export-order", "The checkpoint over \(checkpoint.size) entries came out of order.")
      }
      waiting.append((checkpoint.size, note))
    }
    var text = try takeWaiting()
    for entry in entries {
      guard entry.index == size else {
        throw CordonError(
          .invalid, "ledger-export-order", "Entry \(entry.index) came where entry \(size) was expected.")
      }
      text += try LedgerExport.text(of: .entry(entry)) + "\n"
      size += 1
      text += try takeWaiting()
    }
    return text
  }

  /// Checkpoints over entries that never came; they still belong into the file, for they prove that something is missing.
  package mutating func end() throws(CordonError) -> String {
    var text = ""
    for checkpoint in waiting { text += try LedgerExport.text(of: .checkpoint(checkpoint.note)) + "\n" }
    waiting.removeAll()
    return text
  }

  private mutating func takeWaiting() throws(CordonError) -> String {
    var text = ""
    while let first = waiting.first, first.size == size {
      text += try LedgerExport.text(of: .checkpoint(first.note)) + "\n"
      waiting.removeFirst()
    }
    return text
  }
}
