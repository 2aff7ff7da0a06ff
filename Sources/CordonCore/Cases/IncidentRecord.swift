/// Detections that belong together, as one case that somebody owns.
package struct IncidentRecord: Hashable, Sendable {
  package var id: UniqueID
  /// Such as `open`, `contained`, `closed`; everything but `closed` counts as open.
  package var state: String
  package var title: String
  package var severity: Severity
  package var openedAt: Timestamp
  package var updatedAt: Timestamp
  /// Event time of its earliest and latest detection.
  package var firstEvent: Timestamp
  package var lastEvent: Timestamp
  /// Empty: nobody yet.
  package var owner: String
  package var detections: UInt32
  /// In the order in which they joined.
  package var agents: [AgentID]
  /// The least p of its detections; nil where none has one. Read from them, never written.
  package var p: Double?

  package init(
    id: UniqueID, state: String = "open", title: String, severity: Severity, openedAt: Timestamp,
    updatedAt: Timestamp, firstEvent: Timestamp, lastEvent: Timestamp, owner: String = "", detections: UInt32 = 1,
    agents: [AgentID] = [], p: Double? = nil
  ) {
    self.id = id
    self.state = state
    self.title = title
    self.severity = severity
    self.openedAt = openedAt
    self.updatedAt = updatedAt
    self.firstEvent = firstEvent
    self.lastEvent = lastEvent
    self.owner = owner
    self.detections = detections
    self.agents = agents
    self.p = p
  }

  /// The state in which an incident needs nobody.
  package static let closedState = "closed"
}

/// One line of an incident's history.
package struct TimelineEntry: Hashable, Sendable {
  package var incident: UniqueID
  package var at: Timestamp
  /// Stable, kebab-case, such as `detection`, `command-held`.
  package var kind: String
  package var text: String

  package init(incident: UniqueID, at: Timestamp, kind: String, text: String) {
    self.incident = incident
    self.at = at
    self.kind = kind
    self.text = text
  }
}
