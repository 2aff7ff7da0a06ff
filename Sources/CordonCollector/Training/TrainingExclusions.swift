import CordonCore

/// What must not be learned: windows inside incidents that are open or were confirmed.
///
/// An incident covers its entities, and every entity of its agents' hosts, from an hour before its first detection to an
/// hour after its last. One whose detections were all cleared covers nothing.
struct TrainingExclusions: Sendable {
  static let margin: Duration = .seconds(3600)

  private struct Span {
    var agents: Set<AgentID>
    var entities: Set<EntityRef>
    var from: Timestamp
    var to: Timestamp
  }

  private var spans: [Span] = []

  /// Covers an incident's detections, where it is not closed or one of them is labelled malicious.
  mutating func add(_ incident: IncidentRecord, _ detections: [StoredDetection]) {
    let isConfirmed = detections.contains { $0.verdict?.label == DetectionLabel.malicious.rawValue }
    guard isConfirmed || incident.state != IncidentRecord.closedState else { return }
    spans.append(
      Span(
        agents: Set(incident.agents),
        entities: Set(detections.flatMap { $0.detection.entities.map(\.entity) }),
        from: incident.firstEvent.advanced(by: .zero - Self.margin), to: incident.lastEvent.advanced(by: Self.margin)))
  }

  /// Whether a window that an agent sent is left out.
  func covers(_ window: EntityWindow, from agent: AgentID) -> Bool {
    spans.contains { span in
      guard window.start >= span.from, window.start <= span.to else { return false }
      return span.entities.contains(window.entity)
        || (window.entity.kind == .host && span.agents.contains(agent))
    }
  }
}
