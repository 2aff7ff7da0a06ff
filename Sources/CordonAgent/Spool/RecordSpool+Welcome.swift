package import CordonCore

/// What a collector's watermarks showed.
package struct Reconciliation: Hashable, Sendable {
  /// Numbers that the collector had acknowledged and lost; each is now a skipped range.
  package var lostByCollector: [LanePosition: UInt64] = [:]
  /// The collector knew more of the current epoch than this machine had numbered: the machine went back in time.
  package var isForked = false

  package init() {}
}

extension RecordSpool {
  /// Takes over what a Welcome says about each position of the Hello that it answers; leases begin anew.
  ///
  /// Ahead of an older epoch's last number: the machine was restored to a snapshot, and what it still keeps of that
  /// epoch was stored before. Ahead of the current epoch's: the machine went back while running, so what is not
  /// acknowledged gets numbers of a new epoch. Behind what was acknowledged: the collector was restored, and the
  /// difference becomes a gap with that cause.
  package mutating func reconcile(
    hello: [LanePosition], watermarks: [LanePosition], randomness: inout some RandomNumberGenerator
  ) throws(CordonError) -> Reconciliation {
    var next = state
    next.rewind()
    var change = SpoolChange(to: next)
    var result = Reconciliation()
    let known = Dictionary(
      watermarks.map { (SpoolPlace($0.epoch, $0.lane), $0.through) }, uniquingKeysWith: { max($0, $1) })
    let asked = Dictionary(
      hello.map { (SpoolPlace($0.epoch, $0.lane), $0.through) }, uniquingKeysWith: { max($0, $1) })
    for (place, told) in asked {
      guard var lane = next[place.epoch, place.lane] else { continue }
      let watermark = known[place] ?? 0
      if watermark < lane.acknowledged {
        result.lostByCollector[LanePosition(lane: place.lane, epoch: place.epoch, through: watermark)] =
          lane.acknowledged - watermark
        lane.restore(to: watermark)
        next[place.epoch, place.lane] = lane
        continue
      }
      guard place.epoch != state.current || watermark <= told else {
        result.isForked = true
        continue
      }
      if watermark > lane.numbered, watermark <= Self.mostSequence {
        // Numbers given after the snapshot: remembered as acknowledged, should the collector lose them one day.
        lane.numbered = watermark
        next[place.epoch, place.lane] = lane
      }
      let through = min(watermark, lane.numbered)
      try acknowledge(LanePosition(lane: place.lane, epoch: place.epoch, through: through), &next, &change)
    }
    if result.isForked { try fork(&next, &change, randomness: &randomness) }
    try commit(&change, next)
    unrecorded = [:]
    return result
  }

  /// No lane ever comes near this number honestly.
  private static var mostSequence: UInt64 { UInt64(Int64.max) / 2 }

  /// Moves what the current epoch keeps unacknowledged into a new epoch, where its numbers begin at 1 again.
  private func fork(
    _ next: inout SpoolState, _ change: inout SpoolChange, randomness: inout some RandomNumberGenerator
  ) throws(CordonError) {
    guard let old = next.current else { return }
    change.forgottenEpochs += next.begin(SpoolEpoch(bits: randomness.next()))
    guard let new = next.current, new != old else { return }
    for lane in Lane.allCases {
      guard var past = next[old, lane] else { continue }
      let offset = past.acknowledged
      var moved = past
      moved.numbered -= offset
      moved.acknowledged = 0
      moved.leased = 0
      moved.sent = 0
      moved.skipped = past.skipped.map {
        SkippedRange($0.range.lowerBound - offset...$0.range.upperBound - offset, $0.cause)
      }
      past = SpoolLane()
      past.numbered = offset
      past.acknowledged = offset
      past.leased = offset
      past.sent = offset
      next[old, lane] = past
      next[new, lane] = moved
      change.moves.append(.init(lane: lane, from: old, to: new, offset: offset))
    }
  }
}
