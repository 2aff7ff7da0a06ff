package import CordonCore

/// Consecutive numbers of one lane, handed out for sending.
package struct SpoolBatch: Hashable, Sendable {
  package var place: SpoolPlace
  /// Every number from `first` to `through` is a record's or skipped.
  package var first: UInt64
  package var through: UInt64
  package var records: [StoredRecord]
  package var skipped: [SkippedRange]
}

extension RecordSpool {
  /// Whether a lane holds something that was not handed out.
  package func hasUnleased(_ lane: Lane) -> Bool {
    state.epochs.contains { $0[lane].leased < $0[lane].numbered }
  }

  /// Hands out what comes next of the first of these lanes that has something, oldest epoch first.
  ///
  /// A number that is neither kept nor known to be skipped was lost by the disk: it is counted and skipped.
  package mutating func lease(
    _ lanes: [Lane], most: Int, mostBytes: Int
  ) throws(CordonError) -> SpoolBatch? {
    if !unrecorded.isEmpty { try? recordAcknowledgements() }
    for lane in lanes {
      for epoch in state.epochs where epoch[lane].leased < epoch[lane].numbered {
        return try lease(SpoolPlace(epoch.id, lane), epoch[lane], most: max(1, most), mostBytes: mostBytes)
      }
    }
    return nil
  }

  private mutating func lease(
    _ place: SpoolPlace, _ lane: SpoolLane, most: Int, mostBytes: Int
  ) throws(CordonError) -> SpoolBatch {
    let records = try storage.records(place, after: lane.leased, most: most, mostBytes: mostBytes)
    let last = records.last?.sequence ?? lane.numbered
    let isCut = last < lane.numbered ? try !storage.heads(place, after: last, most: 1).isEmpty : false
    let through = isCut ? last : lane.numbered
    var skipped = lane.skipped.compactMap { range -> SkippedRange? in
      let lower = max(range.range.lowerBound, lane.leased + 1)
      let upper = min(range.range.upperBound, through)
      return lower <= upper ? SkippedRange(lower...upper, range.cause) : nil
    }
    let holes = holes(in: lane.leased + 1...through, records: records, skipped: skipped)
    if !holes.isEmpty {
      try lose(holes, of: place)
      for hole in holes { skipped.append(SkippedRange(hole, .corruption)) }
      skipped.sort { $0.range.lowerBound < $1.range.lowerBound }
    }
    state[place.epoch, place.lane]?.lease(through: through)
    return SpoolBatch(place: place, first: lane.leased + 1, through: through, records: records, skipped: skipped)
  }

  private func holes(
    in range: ClosedRange<UInt64>, records: [StoredRecord], skipped: [SkippedRange]
  ) -> [ClosedRange<UInt64>] {
    let known = (records.map { $0.sequence...$0.sequence } + skipped.map(\.range)).sorted {
      $0.lowerBound < $1.lowerBound
    }
    var holes: [ClosedRange<UInt64>] = []
    var expected = range.lowerBound
    for part in known {
      if part.lowerBound > expected { holes.append(expected...part.lowerBound - 1) }
      expected = max(expected, part.upperBound + 1)
    }
    if expected <= range.upperBound { holes.append(expected...range.upperBound) }
    return holes
  }

  /// Numbers that cannot be sent any more, because the disk or the encoding lost them.
  package mutating func lose(_ ranges: [ClosedRange<UInt64>], of place: SpoolPlace) throws(CordonError) {
    guard var lane = state[place.epoch, place.lane] else { return }
    var next = state
    var change = SpoolChange(to: next)
    for range in ranges {
      let lost = try storage.extent(place, range)
      lane.records -= lost.records
      lane.bytes -= lost.bytes
      lane.skip(range, .corruption)
      next.count(.corruption, Int(clamping: range.upperBound - range.lowerBound) + 1)
      change.deletions.append(.init(place: place, range: range))
    }
    lane.rewind()
    next[place.epoch, place.lane] = lane
    try commit(&change, next)
  }

  /// Takes back every lease: the stream that they were for has ended.
  package mutating func rewind() { state.rewind() }

  /// The collector has a lane durably up to a number; deletes what it has.
  ///
  /// - Throws: what the disk says; the acknowledgement is kept in memory, and recorded with a later lease.
  /// - Returns: false where the position is of no epoch of this spool, or beyond what was handed out: not obeyed.
  @discardableResult
  package mutating func acknowledge(_ position: LanePosition) throws(CordonError) -> Bool {
    guard let lane = state[position.epoch, position.lane], position.through <= lane.sent else { return false }
    guard position.through > lane.acknowledged else { return true }
    let place = SpoolPlace(position.epoch, position.lane)
    unrecorded[place] = max(unrecorded[place] ?? 0, position.through)
    try recordAcknowledgements()
    return true
  }

  private mutating func recordAcknowledgements() throws(CordonError) {
    var next = state
    var change = SpoolChange(to: next)
    for (place, through) in unrecorded {
      try acknowledge(LanePosition(lane: place.lane, epoch: place.epoch, through: through), &next, &change)
    }
    try commit(&change, next)
    unrecorded = [:]
  }

  func acknowledge(
    _ position: LanePosition, _ next: inout SpoolState, _ change: inout SpoolChange
  ) throws(CordonError) {
    guard var lane = next[position.epoch, position.lane], position.through > lane.acknowledged else { return }
    let place = SpoolPlace(position.epoch, position.lane)
    let range = lane.acknowledged + 1...position.through
    let gone = try storage.extent(place, range)
    lane.records -= gone.records
    lane.bytes -= gone.bytes
    change.deletions.append(.init(place: place, range: range))
    lane.acknowledge(through: position.through)
    next[position.epoch, position.lane] = lane
  }

  /// Sets a record aside that the collector can never store; its lane is handed out again from the acknowledged on.
  ///
  /// - Returns: false where the number is not one that was handed out and is still kept: not obeyed.
  @discardableResult
  package mutating func setAside(
    _ sequence: UInt64, of place: SpoolPlace, code: String, message: String
  ) throws(CordonError) -> Bool {
    guard var lane = state[place.epoch, place.lane], sequence > lane.acknowledged, sequence <= lane.sent else {
      return false
    }
    let found = try storage.records(place, after: sequence - 1, most: 1, mostBytes: 0)
    guard let record = found.first, record.sequence == sequence else { return false }
    var next = state
    var change = SpoolChange(to: next)
    lane.records -= 1
    lane.bytes -= record.bytes.count
    lane.skip(sequence...sequence, .refused)
    lane.rewind()
    next[place.epoch, place.lane] = lane
    next.count(.refused)
    change.deletions.append(.init(place: place, range: sequence...sequence))
    let aside = SetAsideRecord(
      place: place, sequence: sequence, code: String(code.prefix(64)), message: String(message.prefix(512)),
      bytes: record.bytes)
    change.setAside = aside
    change.forgottenAside = try surplusAside(with: aside)
    try commit(&change, next)
    return true
  }

  private func surplusAside(with newest: SetAsideRecord) throws(CordonError) -> Int {
    let kept = try storage.setAside()
    var bytes = kept.reduce(newest.bytes.count) { $0 + $1.bytes.count }
    var count = kept.count + 1
    var forgotten = 0
    for record in kept where count > limits.setAsideRecords || bytes > limits.setAsideBytes {
      bytes -= record.bytes.count
      count -= 1
      forgotten += 1
    }
    return forgotten
  }
}
