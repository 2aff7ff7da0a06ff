package import CordonCore

/// One lane of one epoch: what was numbered, and what became of it.
///
/// Invariant: `acknowledged <= leased <= sent <= numbered`, and every number beyond `acknowledged` is either a kept record's or
/// in `skipped`, which is ascending and disjoint.
package struct SpoolLane: Hashable, Sendable {
  /// The last number given; 0 before the first.
  package var numbered: UInt64 = 0
  /// Everything at or below is durable at the collector, or reported to it as skipped.
  package var acknowledged: UInt64 = 0
  /// Everything at or below was handed out for sending; forgotten when the stream ends.
  package var leased: UInt64 = 0
  /// The highest number that was ever handed out since the spool was opened.
  package var sent: UInt64 = 0
  /// Kept records, and the bytes of them.
  package var records = 0
  package var bytes = 0
  package var skipped: [SkippedRange] = []

  package init() {}

  /// Whether nothing is left to send or to have acknowledged.
  package var isSettled: Bool { acknowledged == numbered }

  /// Takes numbers out: they will never be sent.
  package mutating func skip(_ range: ClosedRange<UInt64>, _ cause: SkippedRange.Cause) {
    let place = skipped.firstIndex { $0.range.lowerBound > range.upperBound } ?? skipped.endIndex
    skipped.insert(SkippedRange(range, cause), at: place)
    joinNeighbours { $0.cause == $1.cause }
    if skipped.count > SpoolLimits.mostSkippedRanges { joinNeighbours { _, _ in true } }
  }

  /// Hands out everything up to a number.
  package mutating func lease(through: UInt64) {
    leased = through
    sent = max(sent, through)
  }

  /// Forgets what the collector has durably.
  package mutating func acknowledge(through: UInt64) {
    acknowledged = max(acknowledged, min(through, numbered))
    leased = max(leased, acknowledged)
    sent = max(sent, leased)
    forgetSkipped()
  }

  /// The collector lost what it had acknowledged beyond `through`: those numbers become a gap with that cause.
  package mutating func restore(to through: UInt64) {
    guard through < acknowledged else { return }
    let lost = (through + 1)...acknowledged
    acknowledged = through
    leased = through
    skip(lost, .collectorRestored)
  }

  /// Everything that was handed out is to be handed out again.
  package mutating func rewind() { leased = acknowledged }

  private mutating func forgetSkipped() {
    skipped = skipped.compactMap { skipped in
      guard skipped.range.upperBound > acknowledged else { return nil }
      return SkippedRange(max(skipped.range.lowerBound, acknowledged + 1)...skipped.range.upperBound, skipped.cause)
    }
  }

  private mutating func joinNeighbours(where mayJoin: (SkippedRange, SkippedRange) -> Bool) {
    var joined: [SkippedRange] = []
    for next in skipped {
      if let last = joined.last, last.range.upperBound + 1 == next.range.lowerBound, mayJoin(last, next) {
        joined[joined.count - 1].range = last.range.lowerBound...next.range.upperBound
      } else {
        joined.append(next)
      }
    }
    skipped = joined
  }
}
