/// The ledger's checkpoints that an agent or auditor saw: a later one that contradicts them betrays a rewritten ledger.
///
/// Without a proof only two things can be told: another root at the same size, and a ledger that shrank. What is
/// remembered can be handed to `cordon ledger verify`, which tells the rest. Memory: at most `most` notes.
package struct CheckpointMemory: Hashable, Sendable {
  /// Notes kept; beyond it every second of the older half is forgotten.
  package static let most = 64
  /// Bytes of a note, at most; a longer one is not looked at.
  package static let mostNoteBytes = 16 << 10

  package enum Verdict: Hashable, Sendable {
    case new
    case known
    /// What contradicts what; the memory keeps the older word.
    case inconsistent(String)
    case malformed
  }

  private struct Seen: Hashable, Sendable {
    var origin: String
    var size: UInt64
    var root: String
    var note: String
  }

  private var seen: [Seen] = []

  package init() {}

  /// Restores what was saved; notes that cannot be read are left out.
  package init(notes: [String]) {
    for note in notes.prefix(Self.most) { _ = see(note) }
  }

  /// What to save, oldest first.
  package var notes: [String] { seen.map(\.note) }

  /// The newest note; empty before the first.
  package var newest: String { seen.last?.note ?? "" }

  /// Takes up a signed note.
  package mutating func see(_ note: String) -> Verdict {
    guard let new = Self.parse(note) else { return .malformed }
    if let known = seen.first(where: { $0.size == new.size && $0.origin == new.origin }) {
      return known.root == new.root
        ? .known : .inconsistent("two roots over \(new.size) entries: \(known.root) and \(new.root)")
    }
    if let last = seen.last {
      guard last.origin == new.origin else {
        return .inconsistent("the ledger “\(last.origin)” became “\(new.origin)”")
      }
      guard new.size > last.size else {
        return .inconsistent("the ledger shrank from \(last.size) entries to \(new.size)")
      }
    }
    seen.append(new)
    if seen.count > Self.most { thin() }
    return .new
  }

  private mutating func thin() {
    let half = Self.most / 2
    seen = seen.enumerated().filter { $0.offset >= half || $0.offset.isMultiple(of: 2) }.map(\.element)
  }

  /// Origin, size and root of a note's text: its first three lines.
  private static func parse(_ note: String) -> Seen? {
    guard note.utf8.count <= mostNoteBytes else { return nil }
    let lines = note.split(separator: "\n", maxSplits: 3, omittingEmptySubsequences: false)
    guard lines.count == 4, !lines[0].isEmpty, let size = UInt64(lines[1]), String(size) == lines[1],
      lines[2].utf8.count == 44
    else { return nil }
    return Seen(origin: String(lines[0]), size: size, root: String(lines[2]), note: note)
  }
}
