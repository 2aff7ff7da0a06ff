/// An alert with its explanation.
package struct Detection: Hashable, Sendable {
  /// How it came about; raw values are the wire's.
  package enum Kind: UInt8, Sendable, CaseIterable {
    case tripwire = 1
    case behaviour = 2
    case population = 3
    case silence = 4
  }

  /// What was measured, and what is usual.
  package struct Evidence: Hashable, Sendable {
    /// Permanent feature id, or 0.
    package var feature: UInt32
    package var what: String
    package var value: Double
    package var usual: ClosedRange<Double>?
    /// Share of the time, in percent, for which the value is usually lower; nil where that is not known.
    package var percentile: Double?
    package var unit: String

    package init(
      feature: UInt32 = 0, what: String, value: Double, usual: ClosedRange<Double>? = nil, percentile: Double? = nil,
      unit: String = ""
    ) {
      self.feature = feature
      self.what = what
      self.value = value
      self.usual = usual
      self.percentile = percentile
      self.unit = unit
    }
  }

  /// How the rules begin that together make the inventory of what is exposed on the network.
  package static let exposurePrefix = "exposure-"

  package var id: UniqueID
  package var kind: Kind
  /// Stable name of the rule, such as `encryption-burst`.
  package var rule: String
  /// ATT&CK technique, such as `T1486`; empty where none is known.
  package var technique: String
  package var severity: Severity
  package var eventTime: Timestamp
  package var raisedAt: Timestamp
  /// The sentence an analyst reads; holds no name that is not clear.
  package var summary: String
  package var entities: [SealedEntity]
  package var process: ProcessRef?
  package var evidence: [Evidence]
  /// Higher is stranger; 0 for tripwires.
  package var score: Double
  /// Repetitions folded into this one.
  package var folded: UInt32

  /// Whether it is about a machine without an agent, whose log or packets the reporting agent reads.
  package var isOfAnotherMachine: Bool { machine.map { $0.kind != .host } ?? false }

  /// The machine that it is about, where it names one.
  package var machine: EntityRef? { entities.first { $0.part == .host }?.entity }

  package init(
    id: UniqueID, kind: Kind, rule: String, technique: String, severity: Severity, eventTime: Timestamp,
    raisedAt: Timestamp, summary: String, entities: [SealedEntity] = [], process: ProcessRef? = nil,
    evidence: [Evidence] = [], score: Double = 0, folded: UInt32 = 0
  ) {
    self.id = id
    self.kind = kind
    self.rule = rule
    self.technique = technique
    self.severity = severity
    self.eventTime = eventTime
    self.raisedAt = raisedAt
    self.summary = summary
    self.entities = entities
    self.process = process
    self.evidence = evidence
    self.score = score
    self.folded = folded
  }
}

/// How soon a person should look; raw values are the wire's.
package enum Severity: UInt8, Sendable, Comparable, CaseIterable {
  case low = 1
  case medium = 2
  case high = 3
  case critical = 4

  package static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }
}
