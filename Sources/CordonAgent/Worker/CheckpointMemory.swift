package import CordonCore

/// The newest ledger checkpoint that this agent saw, so that a rewritten ledger is noticed.
///
/// A collector that shows a smaller log, or another root for the same size, has rewritten it: with the earlier note at
/// hand anyone can prove it. Signatures and consistency proofs are checked offline by `cordon ledger verify`.
package struct CheckpointMemory: Hashable, Sendable {
  /// UTF-8 bytes of a note.
  package static let mostBytes = 4096

  /// The newest note that contradicted none before it; empty before the first.
  package private(set) var newest = ""
  private var size: UInt64 = 0
  private var root: Substring = ""
  private var contradictions: UInt64 = 0

  /// How a checkpoint contradicts what was seen before.
  package struct Contradiction: Hashable, Sendable {
    package var why: String
    /// The first since the agent started.
    package var isFirst: Bool

    /// What an analyst reads of it.
    package func detection(
      host: String, at now: Timestamp, randomness: inout some RandomNumberGenerator
    ) -> Detection {
      Detection(
        id: UniqueID(at: now, randomness: &randomness), kind: .tripwire, rule: "ledger-contradiction",
        technique: "T1565.001", severity: .critical, eventTime: now, raisedAt: now,
        summary: "The collector's ledger contradicts a checkpoint that this agent saw before: \(why)",
        entities: [SealedEntity(entity: EntityRef(kind: .host, label: host), part: .host)])
    }
  }

  package init() {}

  /// Takes in a note; nil where it fits what was seen. What is no note is passed over.
  package mutating func take(_ note: String) -> Contradiction? {
    guard note.utf8.count <= Self.mostBytes else { return nil }
    let lines = note.split(separator: "\n", maxSplits: 3, omittingEmptySubsequences: false)
    guard lines.count > 3, let size = UInt64(lines[1]) else { return nil }
    let why: String
    if size < self.size {
      why = "it shows \(size) entries after \(self.size)."
    } else if size == self.size, lines[2] != root, !newest.isEmpty {
      why = "it shows another root for \(size) entries."
    } else {
      (newest, self.size, root) = (note, size, lines[2])
      return nil
    }
    contradictions += 1
    return Contradiction(why: why, isFirst: contradictions == 1)
  }
}
