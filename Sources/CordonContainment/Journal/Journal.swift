package import CordonCore

/// The state of containment, durable: every change is on disk before it counts.
package struct Journal: Sendable {
  package private(set) var state: JournalState
  /// Bytes that belonged to no whole record when it was opened.
  package let damagedBytes: Int
  /// Entries that contradicted those before them when it was opened.
  package let refusedEntries: Int

  private var storage: any JournalStorage
  private var size: Int
  /// Size after the last rewrite.
  private var compactedSize = 0

  /// A journal below this size is left alone; above it, it is rewritten once it is mostly history.
  package static let compactionSize = 256 * 1024
  /// A file larger than this is not ours.
  package static let mostBytes = 64 * 1024 * 1024

  /// Reads what is stored; damage is survived and counted, and the next change writes the journal anew.
  package init(storage: any JournalStorage) throws(CordonError) {
    let bytes = try storage.load()
    let (payloads, damaged) = JournalFraming.payloads(in: bytes)
    var state = JournalState()
    var refused = 0
    var unreadable = 0
    for payload in payloads {
      do throws(CordonError) {
        for entry in try JournalCoding.decode(payload) {
          do throws(CordonError) { try state.apply(entry) } catch { refused += 1 }
        }
      } catch {
        unreadable += payload.count
      }
    }
    self.state = state
    self.storage = storage
    size = bytes.count
    damagedBytes = damaged + unreadable
    refusedEntries = refused
    if damagedBytes > 0 { try rewrite() }
  }

  /// Takes entries together: on disk when it returns; where it throws, nothing changed.
  package mutating func commit(_ entries: [JournalEntry]) throws(CordonError) {
    guard !entries.isEmpty else { return }
    var next = state
    for entry in entries { try next.apply(entry) }
    let payload = JournalCoding.encode(entries)
    guard payload.count <= JournalFraming.mostPayload else {
      throw CordonError(
        .exhausted, "journal-record", "A record of \(payload.count) bytes is larger than the journal takes.")
    }
    let record = JournalFraming.frame(payload)
    try storage.append(record)
    state = next
    size += record.count
  }

  /// Forgets what is past its time and rewrites the file where it is mostly history.
  package mutating func compact(at now: Moment) throws(CordonError) {
    state.prune(at: now)
    guard size > max(Self.compactionSize, 4 * compactedSize) else { return }
    try rewrite()
  }

  private mutating func rewrite() throws(CordonError) {
    // One record an entry: a snapshot may be larger than a record.
    let bytes = state.snapshot.flatMap { JournalFraming.frame(JournalCoding.encode([$0])) }
    try storage.replace(with: bytes)
    size = bytes.count
    compactedSize = bytes.count
  }
}
