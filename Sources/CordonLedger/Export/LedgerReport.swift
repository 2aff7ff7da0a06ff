/// What a verifier found in an exported ledger.
package struct LedgerReport: Hashable, Sendable {
  /// Something that does not hold.
  package struct Problem: Hashable, Sendable {
    /// Stable, kebab-case.
    package var code: String
    /// Line of the file, from 1; 0 where it is about the whole file.
    package var line: Int
    /// The entries that it is about: exactly one where that can be told.
    package var entries: Range<UInt64>?
    package var message: String

    package init(_ code: String, line: Int, entries: Range<UInt64>? = nil, _ message: String) {
      self.code = code
      self.line = line
      self.entries = entries
      self.message = message
    }
  }

  package var key: LedgerVerifierKey?
  /// The key was taken from the file itself: whoever forged the file could have put it there.
  package var isKeyFromFile = false
  package var entries: UInt64 = 0
  /// Entries whose record was erased; their leaves are checked.
  package var erased: UInt64 = 0
  /// Checkpoints whose signature and root hold.
  package var checkpoints: UInt64 = 0
  /// Entries that the last good checkpoint covers.
  package var vouched: UInt64 = 0
  package var root: [UInt8] = MerkleHash.empty
  /// The first `mostProblems` of them.
  package var problems: [Problem] = []
  package var problemsInAll: UInt64 = 0

  package static let mostProblems = 100

  package init() {}

  /// Every entry is covered by a checkpoint, and everything holds.
  package var isSound: Bool { problemsInAll == 0 }

  mutating func add(_ problem: Problem) {
    problemsInAll += 1
    if problems.count < Self.mostProblems { problems.append(problem) }
  }
}
