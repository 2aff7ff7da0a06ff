/// A detection with what became of it on the collector.
package struct StoredDetection: Hashable, Sendable {
  package var detection: Detection
  /// Nil where the collector raised it itself over several agents.
  package var agent: AgentID?
  package var storedAt: Timestamp
  package var incident: UniqueID?
  /// An analyst's verdict; nil before the first.
  package var verdict: DetectionVerdict?
  /// How often a usual day has so great a score, above 0 and at most 1; nil where that is not known.
  package var p: Double?

  package init(
    detection: Detection, agent: AgentID?, storedAt: Timestamp, incident: UniqueID? = nil,
    verdict: DetectionVerdict? = nil, p: Double? = nil
  ) {
    self.detection = detection
    self.agent = agent
    self.storedAt = storedAt
    self.incident = incident
    self.verdict = verdict
    self.p = p
  }
}

/// What an analyst thinks of a detection.
package struct DetectionVerdict: Hashable, Sendable {
  /// Such as `benign`, `malicious`, `expected`.
  package var label: String
  package var note: String
  package var by: String
  package var at: Timestamp

  package init(label: String, note: String = "", by: String, at: Timestamp) {
    self.label = label
    self.note = note
    self.by = by
    self.at = at
  }
}
