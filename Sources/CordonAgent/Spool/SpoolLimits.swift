import CordonCore

/// Bounds of an agent's spool.
package struct SpoolLimits: Hashable, Sendable {
  /// Bytes of encoded records; past it the oldest windows give way.
  package var bytes: Int
  /// Bytes beyond `bytes` that detections and outcomes alone may fill; past it new ones are refused at the door.
  package var reserveBytes: Int
  /// Windows older than this give way: nobody acts on them any more.
  package var windowAge: Duration
  /// Bytes of one encoded record.
  package var recordBytes: Int
  /// Records that the collector refused and that are kept for people to look at.
  package var setAsideRecords: Int
  package var setAsideBytes: Int

  package init(
    bytes: Int = 64 << 20, reserveBytes: Int = 16 << 20, windowAge: Duration = .seconds(7 * 86_400),
    recordBytes: Int = UplinkLimits.mostRecordBytes, setAsideRecords: Int = 256, setAsideBytes: Int = 1 << 20
  ) {
    self.bytes = bytes
    self.reserveBytes = reserveBytes
    self.windowAge = windowAge
    self.recordBytes = recordBytes
    self.setAsideRecords = setAsideRecords
    self.setAsideBytes = setAsideBytes
  }

  /// Epochs that hold nothing more but are remembered, so that a restored collector is told what it lost.
  package static let mostRetiredEpochs = 64
  /// Epochs, at most: an agent that starts more often without ever reaching its collector goes on in its last epoch.
  package static let mostEpochs = 1_024
  /// Skipped ranges a lane; past it neighbours become one, under the first's cause.
  package static let mostSkippedRanges = 512
}

/// Why a record will never be sent, as heartbeats count it.
package enum SpoolDrop: String, Sendable, CaseIterable, Hashable {
  /// A window gave way to newer records.
  case overflow = "spool-overflow"
  /// A window grew too old before the collector was reached.
  case age = "spool-age"
  /// A record could not be read back.
  case corruption = "spool-corruption"
  /// A whole spool could not be read and was moved aside; counts spools, not records.
  case damaged = "spool-damaged"
  /// The collector refused it; the newest of these are kept aside.
  case refused = "spool-refused"
  /// Larger than a record may be; never numbered.
  case oversized = "spool-oversized"
  /// No room even without windows; never numbered.
  case full = "spool-full"
  /// The disk refused it; never numbered.
  case unwritten = "spool-unwritten"
}
