import CordonAgent
import CordonCore

/// A spool's storage in memory: atomic and durable like the real one, and full when told so.
final class SimulatedDisk: SpoolStorage {
  struct Entry: Hashable {
    var record: StoredRecord
    var appended: Timestamp
  }

  struct Contents {
    /// As of a spool that was just made: it is known that nothing was taken in.
    var state = {
      var state = SpoolState()
      state.intake = []
      return state
    }()
    var records: [SpoolPlace: [Entry]] = [:]
    var aside: [SetAsideRecord] = []
  }

  var contents = Contents()
  var isFull = false

  static let full = CordonError(.exhausted, "sqlite-full", "The disk is full.")

  func load() throws(CordonError) -> SpoolState {
    var state = contents.state
    for epoch in state.epochs.indices {
      for lane in Lane.allCases {
        state.epochs[epoch][lane].leased = state.epochs[epoch][lane].acknowledged
        state.epochs[epoch][lane].sent = state.epochs[epoch][lane].acknowledged
      }
    }
    return state
  }

  func commit(_ change: SpoolChange, before: SpoolState) throws(CordonError) {
    if isFull { throw Self.full }
    for deletion in change.deletions {
      contents.records[deletion.place]?.removeAll { deletion.range.contains($0.record.sequence) }
    }
    for move in change.moves {
      guard var entries = contents.records.removeValue(forKey: SpoolPlace(move.from, move.lane)) else { continue }
      for index in entries.indices { entries[index].record.sequence -= move.offset }
      contents.records[SpoolPlace(move.to, move.lane)] = entries
    }
    for insertion in change.insertions {
      contents.records[insertion.place, default: []].append(
        Entry(record: insertion.record, appended: insertion.appended))
    }
    if let aside = change.setAside {
      contents.aside.removeFirst(change.forgottenAside)
      contents.aside.append(aside)
    }
    contents.state = change.after
  }

  private func entries(_ place: SpoolPlace, after: UInt64) -> ArraySlice<Entry> {
    let entries = contents.records[place] ?? []
    let start = entries.firstIndex { $0.record.sequence > after } ?? entries.endIndex
    return entries[start...]
  }

  func heads(_ lane: SpoolPlace, after: UInt64, most: Int) throws(CordonError) -> [RecordHead] {
    entries(lane, after: after).prefix(most).map {
      RecordHead(sequence: $0.record.sequence, bytes: $0.record.bytes.count, appended: $0.appended)
    }
  }

  func extent(
    _ lane: SpoolPlace, _ range: ClosedRange<UInt64>
  ) throws(CordonError) -> (records: Int, bytes: Int) {
    let entries = (contents.records[lane] ?? []).filter { range.contains($0.record.sequence) }
    return (entries.count, entries.reduce(0) { $0 + $1.record.bytes.count })
  }

  func records(
    _ lane: SpoolPlace, after: UInt64, most: Int, mostBytes: Int
  ) throws(CordonError) -> [StoredRecord] {
    var given: [StoredRecord] = []
    var bytes = 0
    for entry in entries(lane, after: after).prefix(most) {
      guard given.isEmpty || bytes + entry.record.bytes.count <= mostBytes else { break }
      bytes += entry.record.bytes.count
      given.append(entry.record)
    }
    return given
  }

  func setAside() throws(CordonError) -> [SetAsideRecord] { contents.aside }
}
