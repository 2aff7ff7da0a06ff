package import CordonCore

/// An incident that new detections may still join, as the correlator remembers it.
package struct OpenIncident: Hashable, Sendable {
  package var id: UniqueID
  package var title: String
  package var severity: Severity
  package var openedAt: Timestamp
  package var updatedAt: Timestamp
  /// Event time of its earliest detection.
  package var firstEvent: Timestamp
  /// Event time of its latest detection.
  package var lastEvent: Timestamp
  package var detections: UInt32
  /// In the order in which they joined.
  package var agents: [AgentID]
  /// What its detections name; bounded by `IncidentCorrelator.mostEntities`.
  package var entities: Set<EntityRef>
  /// Label of the first agent, and summary of the gravest detection: what the title is made of.
  package var leadLabel: String
  package var leadSummary: String

  package init(
    id: UniqueID, title: String, severity: Severity, openedAt: Timestamp, updatedAt: Timestamp,
    firstEvent: Timestamp, lastEvent: Timestamp, detections: UInt32, agents: [AgentID], entities: Set<EntityRef>,
    leadLabel: String, leadSummary: String
  ) {
    self.id = id
    self.title = title
    self.severity = severity
    self.openedAt = openedAt
    self.updatedAt = updatedAt
    self.firstEvent = firstEvent
    self.lastEvent = lastEvent
    self.detections = detections
    self.agents = agents
    self.entities = entities
    self.leadLabel = leadLabel
    self.leadSummary = leadSummary
  }

  /// Such as "Canary file touched on ws-3 and 2 more hosts".
  mutating func retitle() {
    let others = agents.count - 1
    let more = others <= 0 ? "" : others == 1 ? " and 1 more host" : " and \(others) more hosts"
    title =
      leadLabel.isEmpty || leadSummary.contains(leadLabel) ? leadSummary + more : "\(leadSummary) (\(leadLabel))\(more)"
  }
}
