package import CordonCore

/// Limits of a collector's intake.
package struct IngestSettings: Hashable, Sendable {
  /// What every agent is told in its welcome, and held to.
  package var limits: UplinkLimits
  /// A group is committed when it holds so many records…
  package var groupRecords: Int
  /// …or when its first batch has waited so long.
  package var groupDelay: Duration
  /// Records that may wait for a commit; a stream that brings more waits, and so does its agent.
  package var mostPendingRecords: Int
  /// Skipped ranges a batch, at most.
  package var mostSkippedRanges: Int

  package init(
    limits: UplinkLimits = UplinkLimits(), groupRecords: Int = 2_000, groupDelay: Duration = .milliseconds(5),
    mostPendingRecords: Int = 20_000, mostSkippedRanges: Int = 1_000
  ) {
    self.limits = limits
    self.groupRecords = groupRecords
    self.groupDelay = groupDelay
    self.mostPendingRecords = mostPendingRecords
    self.mostSkippedRanges = mostSkippedRanges
  }

  /// No lane ever comes near this number honestly; a batch that names more is refused.
  package static let mostSequence = UInt64(Int64.max) / 2
}
