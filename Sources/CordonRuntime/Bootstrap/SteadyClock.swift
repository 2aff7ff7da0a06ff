package import CordonCore

/// Goes on evenly from a moment, whatever becomes of the machine's wall clock; the machine's sleep counts.
package struct SteadyClock: WallClock {
  private let start: Timestamp
  private let origin = ContinuousClock.now

  /// - Parameter start: what it says now.
  package init(from start: Timestamp) { self.start = start }

  package var now: Timestamp { start.advanced(by: ContinuousClock.now - origin) }
}
