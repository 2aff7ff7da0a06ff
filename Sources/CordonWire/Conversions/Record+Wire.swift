package import CordonCore
import FoundationEssentials

extension Cordon_V1_Record {
  package init(_ record: Record) {
    self.init()
    switch record {
    case .window(let window): self.window = Cordon_V1_EntityWindow(window)
    case .detection(let detection): self.detection = Cordon_V1_Detection(detection)
    case .outcome(let outcome): self.outcome = Cordon_V1_Outcome(outcome)
    }
  }

  package func domain() throws(CordonError) -> Record {
    switch body {
    case .window(let window): return .window(try window.domain())
    case .detection(let detection): return .detection(try detection.domain())
    case .outcome(let outcome): return .outcome(try outcome.domain())
    case nil: throw CordonError(.invalid, "unknown-record", "A record is of a type that this version does not know.")
    }
  }
}

extension Cordon_V1_Lane {
  package init(_ lane: Lane) { self = Cordon_V1_Lane(rawValue: Int(lane.rawValue)) ?? .unspecified }

  package func domain() throws(CordonError) -> Lane { try Bounded.known(rawValue, as: Lane.self, "lane") }
}

extension Cordon_V1_LanePosition {
  package init(_ position: LanePosition) {
    self.init()
    lane = Cordon_V1_Lane(position.lane)
    epoch = position.epoch.bits
    through = position.through
  }

  package func domain() throws(CordonError) -> LanePosition {
    LanePosition(lane: try lane.domain(), epoch: SpoolEpoch(bits: epoch), through: through)
  }
}

extension Cordon_V1_SkippedRange {
  package init(_ skipped: SkippedRange) {
    self.init()
    from = skipped.range.lowerBound
    to = skipped.range.upperBound
    cause = Cordon_V1_SkipCause(rawValue: Int(skipped.cause.rawValue)) ?? .unspecified
  }

  package func domain() throws(CordonError) -> SkippedRange {
    guard from >= 1, from <= to else {
      throw CordonError(.invalid, "out-of-range", "A skipped range is empty or begins before sequence 1.")
    }
    return SkippedRange(from...to, try Bounded.known(cause.rawValue, as: SkippedRange.Cause.self, "skip cause"))
  }
}
