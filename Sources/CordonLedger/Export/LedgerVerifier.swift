package import CordonCore

/// Checks an exported ledger, line by line, in memory that does not grow with it.
///
/// Every leaf is computed anew from its record, the root from the leaves; every checkpoint's signature is checked and
/// its root compared with that over the entries before it, so that each checkpoint is a prefix of all later ones.
package struct LedgerVerifier: Sendable {
  private var report = LedgerReport()
  private var frontier = MerkleFrontier()
  private var line = 0
  private var isForked = false
  private var next: UInt64 = 0
  private var lastChecked: UInt64 = 0
  private var largestPromise: UInt64 = 0
  private var seen: [(size: UInt64, note: String)] = []

  /// - Parameters:
  ///   - key: the key that the site's people know; nil takes the file's own word.
  ///   - seen: checkpoints that agents or auditors remember, in any order; at most `mostSeen`.
  /// - Throws: `checkpoint-malformed`, `note-malformed`, `ledger-too-many` for what was seen.
  package init(key: LedgerVerifierKey? = nil, seen: [String] = []) throws(CordonError) {
    report.key = key
    guard seen.count <= Self.mostSeen else {
      throw CordonError(.invalid, "ledger-too-many", "More than \(Self.mostSeen) remembered checkpoints were given.")
    }
    for note in seen {
      self.seen.append((try Checkpoint(parsing: try SignedNote(parsing: note).text).size, note))
    }
    self.seen.sort { $0.size < $1.size }
  }

  package static let mostSeen = 100_000

  /// Takes the next line, without its newline.
  package mutating func take(_ bytes: some Collection<UInt8>) {
    line += 1
    guard !bytes.isEmpty else { return }
    let parsed: LedgerExport.Line
    do {
      parsed = try LedgerExport.parse(bytes)
    } catch {
      report.add(.init(error.code, line: line, error.message))
      return
    }
    switch parsed {
    case .header(let key): take(key)
    case .entry(let entry): take(entry)
    case .checkpoint(let note): take(checkpoint: note)
    }
  }

  /// A line that is too long to be read counts as one.
  package mutating func takeOverlong() {
    line += 1
    report.add(
      .init(
        "ledger-line", line: line, "The line cannot be read: it is longer than \(LedgerExport.mostLineBytes) bytes."))
  }

  /// What was found, once every line was taken.
  package mutating func finish() -> LedgerReport {
    checkSeen(through: .max)
    if largestPromise > next {
      report.add(
        .init(
          "ledger-truncated", line: 0, entries: next..<largestPromise,
          "A signed checkpoint covers \(largestPromise) entries; the file ends after \(next)."))
    } else if report.vouched < frontier.size, !isForked {
      report.add(
        .init(
          "ledger-unvouched", line: 0, entries: report.vouched..<frontier.size,
          "No signed checkpoint covers the entries from \(report.vouched) on."))
    }
    report.root = frontier.root
    return report
  }

  private mutating func take(_ key: LedgerVerifierKey) {
    guard line == 1 else {
      return report.add(.init("ledger-header", line: line, "A second header stands among the entries."))
    }
    if let known = report.key {
      guard known == key else {
        return report.add(
          .init("ledger-key-differs", line: line, "The file names the key \(key.text), not \(known.text)."))
      }
    } else {
      report.key = key
      report.isKeyFromFile = true
    }
  }

  private mutating func take(_ entry: LedgerEntry) {
    // Remembered checkpoints over exactly what came so far are checked before the tree grows.
    checkSeen(through: frontier.size)
    if entry.index != next {
      let what =
        entry.index > next
        ? "Entry \(next) is missing: entry \(entry.index) stands in its place."
        : "Entry \(entry.index) stands again or out of order, where entry \(next) was expected."
      report.add(.init("ledger-order", line: line, entries: min(entry.index, next)..<max(entry.index, next), what))
      // Every root from here on is another; the one cause is reported already.
      isForked = true
    }
    next = max(next, entry.index &+ 1)
    if !entry.isIntact {
      report.add(
        .init(
          "ledger-edited", line: line, entries: entry.index..<entry.index &+ 1,
          "Entry \(entry.index) was changed: its record does not match its leaf."))
    }
    if entry.record == nil { report.erased += 1 }
    frontier.append(entry.leaf)
    report.entries += 1
  }

  private mutating func take(checkpoint note: String) {
    guard let key = report.key else {
      return report.add(.init("ledger-no-key", line: line, "Neither the file nor you name the ledger's key."))
    }
    do {
      let checkpoint = try Checkpoint(verifying: note, key: key)
      largestPromise = max(largestPromise, checkpoint.size)
      guard !isForked else { return }
      guard checkpoint.size <= frontier.size else { return keep(checkpoint, note) }
      guard checkpoint.size == frontier.size else {
        return report.add(
          .init(
            "ledger-checkpoint-place", line: line,
            "The checkpoint over \(checkpoint.size) entries stands after \(frontier.size); it cannot be checked there.")
        )
      }
      check(checkpoint, "The checkpoint in line \(line)", line: line)
      report.checkpoints += isForked ? 0 : 1
    } catch {
      report.add(.init(error.code, line: line, error.message))
    }
  }

  /// A checkpoint over entries that have yet to come is checked as one that others remember.
  private mutating func keep(_ checkpoint: Checkpoint, _ note: String) {
    guard seen.count < Self.mostSeen else {
      return report.add(.init("ledger-too-many", line: line, "Too many checkpoints stand before their entries."))
    }
    seen.insert((checkpoint.size, note), at: seen.firstIndex { $0.size > checkpoint.size } ?? seen.endIndex)
  }

  /// Checks what others remember over entries that have come.
  private mutating func checkSeen(through size: UInt64) {
    while let first = seen.first, first.size <= size {
      seen.removeFirst()
      guard let key = report.key else { continue }
      do {
        let checkpoint = try Checkpoint(verifying: first.note, key: key)
        largestPromise = max(largestPromise, checkpoint.size)
        if checkpoint.size == frontier.size { check(checkpoint, "A remembered checkpoint", line: 0) }
      } catch {
        report.add(.init(error.code, line: 0, "A remembered checkpoint: \(error.message)"))
      }
    }
  }

  /// Compares a checkpoint with the tree of the same size; the first that differs says where the change lies.
  private mutating func check(_ checkpoint: Checkpoint, _ what: String, line: Int) {
    guard !isForked else { return }
    guard checkpoint.root == frontier.root else {
      isForked = true
      return report.add(
        .init(
          "ledger-root", line: line, entries: lastChecked..<checkpoint.size,
          "\(what) does not match the entries: one from \(lastChecked) to \(max(checkpoint.size, 1) - 1) was changed, "
            + "added, dropped or moved."))
    }
    lastChecked = checkpoint.size
    report.vouched = max(report.vouched, checkpoint.size)
  }
}
