/// How fast and in what pieces a collector wants an agent's records.
package struct UplinkLimits: Hashable, Sendable {
  /// Records a batch, at most.
  package var batchRecords: Int
  /// Bytes of encoded records a batch, at most.
  package var batchBytes: Int
  /// Windows a second; detections and outcomes are not paced.
  package var recordsPerSecond: Int
  /// Batches sent and not yet acknowledged, at most.
  package var inFlight: Int

  package init(
    batchRecords: Int = 500, batchBytes: Int = 1 << 20, recordsPerSecond: Int = 5_000, inFlight: Int = 4
  ) {
    self.batchRecords = batchRecords
    self.batchBytes = batchBytes
    self.recordsPerSecond = recordsPerSecond
    self.inFlight = inFlight
  }

  /// The version of the stream's rules that this code speaks.
  package static let protocolVersion: UInt32 = 1

  /// Positions that a Hello may name: an agent remembers up to 1,089 epochs of three lanes.
  package static let mostPositions = 4_096

  /// Bytes of one encoded record, at most: a spool refuses more, and so does a collector.
  package static let mostRecordBytes = 256 << 10
}
