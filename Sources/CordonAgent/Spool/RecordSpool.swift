package import CordonCore

/// Numbers records once, keeps them until the collector has them, and gives way by rule when there is no room.
///
/// The rules are here and the bytes are in the storage, so that simulator and product run the same rules. Every call
/// either happens whole or throws and changes nothing but the counters. A lease is a cursor: `lease` moves it, `rewind`
/// takes it back, and only an acknowledgement deletes.
package struct RecordSpool<Storage: SpoolStorage> {
  package let limits: SpoolLimits
  package internal(set) var storage: Storage
  package internal(set) var state: SpoolState
  /// Acknowledgements that a full disk did not let in; tried again with the next lease.
  var unrecorded: [SpoolPlace: UInt64] = [:]

  /// Opens a spool and begins a new epoch in it.
  package init(
    storage: Storage, limits: SpoolLimits = SpoolLimits(), randomness: inout some RandomNumberGenerator
  ) throws(CordonError) {
    self.limits = limits
    self.storage = storage
    state = try storage.load()
    var next = state
    var change = SpoolChange(to: next)
    change.forgottenEpochs = next.begin(SpoolEpoch(bits: randomness.next()))
    try commit(&change, next)
  }

  /// What became of records that were to enter.
  package struct Appended: Hashable, Sendable {
    package var numbered = 0
    package var dropped: [SpoolDrop: Int] = [:]
  }

  /// Lets records in; where there is no room the oldest windows give way, detections and outcomes never do.
  ///
  /// - Parameter intake: replaces what is kept of sources, together with the records or not at all; nil: it stays.
  /// - Throws: what the disk says; nothing entered then, and the drop is counted as `unwritten`.
  package mutating func append(
    _ records: [(lane: Lane, bytes: [UInt8])], intake: [UInt8]? = nil, at now: Timestamp
  ) throws(CordonError) -> Appended {
    do throws(CordonError) {
      return try enter(records, intake, at: now)
    } catch {
      // Not durable until the next commit works; a crash before that loses the count along with the records.
      state.count(.unwritten, records.count)
      throw error
    }
  }

  private mutating func enter(
    _ records: [(lane: Lane, bytes: [UInt8])], _ intake: [UInt8]?, at now: Timestamp
  ) throws(CordonError) -> Appended {
    var next = state
    if let intake { next.intake = intake }
    var change = SpoolChange(to: next)
    var appended = Appended()
    let sizes = records.filter { $0.bytes.count <= limits.recordBytes }.reduce(0) { $0 + $1.bytes.count }
    try makeRoom(for: sizes, &next, &change)
    guard let epoch = next.current else { return appended }
    for (lane, bytes) in records {
      if let drop = refusal(of: bytes.count, lane, next) {
        appended.dropped[drop, default: 0] += 1
        continue
      }
      let sequence = next.number(lane, bytes: bytes.count)
      change.insertions.append(
        .init(
          place: SpoolPlace(epoch, lane), record: StoredRecord(sequence: sequence, bytes: bytes), appended: now))
      appended.numbered += 1
    }
    for (drop, number) in appended.dropped { next.count(drop, number) }
    try commit(&change, next)
    return appended
  }

  private func refusal(of bytes: Int, _ lane: Lane, _ next: SpoolState) -> SpoolDrop? {
    if bytes > limits.recordBytes { return .oversized }
    let room = lane == .window ? limits.bytes : limits.bytes + limits.reserveBytes
    guard next.bytes + bytes <= room else { return lane == .window ? .overflow : .full }
    return nil
  }

  /// Drops the oldest windows until so many bytes fit; a little more at a time, so that a full spool does not do it at
  /// every append.
  private func makeRoom(
    for bytes: Int, _ next: inout SpoolState, _ change: inout SpoolChange
  ) throws(CordonError) {
    guard next.bytes + bytes > limits.bytes else { return }
    let aim = max(0, limits.bytes - bytes - limits.bytes / 64)
    for epoch in next.epochs.map(\.id) {
      let place = SpoolPlace(epoch, .window)
      var after: UInt64 = 0
      while next.bytes > aim {
        let heads = try storage.heads(place, after: after, most: Self.headsAtOnce)
        guard let last = heads.last else { break }
        after = last.sequence
        var surplus = next.bytes - aim
        let dropped = heads.prefix { head in
          defer { surplus -= head.bytes }
          return surplus > 0
        }
        drop(dropped, of: place, .spoolOverflow, &next, &change)
        next.count(.overflow, dropped.count)
      }
    }
  }

  /// Drops windows that are too old.
  package mutating func expire(at now: Timestamp) throws(CordonError) {
    let oldest = now.advanced(by: .zero - limits.windowAge)
    var next = state
    var change = SpoolChange(to: next)
    for epoch in state.epochs where epoch[.window].records > 0 {
      let place = SpoolPlace(epoch.id, .window)
      let heads = try storage.heads(place, after: 0, most: Self.headsAtOnce)
      let old = heads.prefix { $0.appended < oldest }
      drop(old, of: place, .age, &next, &change)
      next.count(.age, old.count)
    }
    if next != state { try commit(&change, next) }
  }

  /// Heads that are looked at in one read.
  static var headsAtOnce: Int { 512 }

  private func drop(
    _ heads: some Collection<RecordHead>, of place: SpoolPlace, _ cause: SkippedRange.Cause, _ next: inout SpoolState,
    _ change: inout SpoolChange
  ) {
    guard var lane = next[place.epoch, place.lane] else { return }
    var ranges: [ClosedRange<UInt64>] = []
    for head in heads {
      lane.records -= 1
      lane.bytes -= head.bytes
      if let last = ranges.last, last.upperBound + 1 == head.sequence {
        ranges[ranges.count - 1] = last.lowerBound...head.sequence
      } else {
        ranges.append(head.sequence...head.sequence)
      }
    }
    for range in ranges {
      lane.skip(range, cause)
      change.deletions.append(.init(place: place, range: range))
    }
    next[place.epoch, place.lane] = lane
  }

  mutating func commit(_ change: inout SpoolChange, _ next: SpoolState) throws(CordonError) {
    change.after = next
    try storage.commit(change, before: state)
    state = next
  }
}
