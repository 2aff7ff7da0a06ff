package import CordonCore

/// Slows the agents' backlogs while commits fall behind, and lets them go again.
///
/// A look at the queue halves the pace where it was deep since the last look, and gives one halving back where it stayed
/// shallow: multiplicative decrease, so that the queue empties whatever the fleet's size, and a return in steps, so that
/// it does not swing (Chiu, Jain: Analysis of the Increase and Decrease Algorithms, 1989). Detections and outcomes are
/// not paced: their agents send them ahead of windows whatever this says.
package struct IngestPacer: Sendable {
  /// Between two looks.
  package static let interval = Duration.milliseconds(500)
  /// A tenth of a busy machine's windows, so that a slowed agent still gets somewhere.
  package static let leastRecordsPerSecond = 50

  private let full: UplinkLimits
  private let most: Int
  /// Halvings now in force.
  private var halvings = 0
  private var deepest = 0
  private var lookedAt: Duration?

  /// - Parameter mostPending: records that may wait; half of them count as deep, an eighth as shallow.
  package init(_ settings: IngestSettings) {
    full = settings.limits
    most = settings.mostPendingRecords
  }

  /// So many records wait now.
  package mutating func saw(pending: Int) { deepest = max(deepest, pending) }

  /// The limits for every agent from now on; time is since any origin.
  package mutating func limits(at now: Duration) -> UplinkLimits {
    if now - (lookedAt ?? now - Self.interval) >= Self.interval {
      if deepest >= max(1, most / 2) {
        if full.recordsPerSecond >> halvings > Self.leastRecordsPerSecond { halvings += 1 }
      } else if deepest <= most / 8 {
        halvings = max(0, halvings - 1)
      }
      deepest = 0
      lookedAt = now
    }
    var limits = full
    guard halvings > 0 else { return limits }
    limits.recordsPerSecond = min(
      limits.recordsPerSecond, max(Self.leastRecordsPerSecond, full.recordsPerSecond >> halvings))
    limits.inFlight = max(1, full.inFlight >> halvings)
    return limits
  }
}
