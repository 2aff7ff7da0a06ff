/// A numbered stream of records within an agent's spool; raw values are the wire's.
///
/// Detections and outcomes overtake windows.
package enum Lane: UInt8, Sendable, CaseIterable, Hashable {
  case window = 1
  case detection = 2
  case outcome = 3

  /// The order in which lanes are sent.
  package static let bySendingOrder: [Lane] = [.outcome, .detection, .window]
}

/// 64 random bits a spool creation: numbers of two epochs are never compared.
package struct SpoolEpoch: Hashable, Sendable {
  package var bits: UInt64

  package init(bits: UInt64) { self.bits = bits }
}

/// Records that will never come, and why.
package struct SkippedRange: Hashable, Sendable {
  /// Why records are missing; raw values are the wire's.
  package enum Cause: UInt8, Sendable, CaseIterable {
    case spoolOverflow = 1
    case age = 2
    case corruption = 3
    case refused = 4
    case collectorRestored = 5
  }

  package var range: ClosedRange<UInt64>
  package var cause: Cause

  package init(_ range: ClosedRange<UInt64>, _ cause: Cause) {
    self.range = range
    self.cause = cause
  }
}

/// A lane of one epoch, and how far along it is.
package struct LanePosition: Hashable, Sendable {
  package var lane: Lane
  package var epoch: SpoolEpoch
  /// The last sequence; 0 before the first, which is 1.
  package var through: UInt64

  package init(lane: Lane, epoch: SpoolEpoch, through: UInt64) {
    self.lane = lane
    self.epoch = epoch
    self.through = through
  }
}

/// What a lane carries.
package enum Record: Hashable, Sendable {
  case window(EntityWindow)
  case detection(Detection)
  case outcome(Outcome)

  package var lane: Lane {
    switch self {
    case .window: .window
    case .detection: .detection
    case .outcome: .outcome
    }
  }
}
