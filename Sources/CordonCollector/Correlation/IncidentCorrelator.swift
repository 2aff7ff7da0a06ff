package import CordonCore

/// Decides which detections belong together: those that share an agent or an entity within a span of event time.
///
/// A value: detection and time in, decision out. Memory is bounded by `mostOpen` incidents of `mostEntities` entities
/// each; an incident that nothing joined for `span` is forgotten here (it stays open in the store).
package struct IncidentCorrelator: Sendable {
  /// Incidents remembered at once; beyond it the one quiet for longest is forgotten.
  package static let mostOpen = 2_000
  /// Entities and agents remembered of one incident.
  package static let mostEntities = 512

  /// Where a detection went.
  package enum Decision: Hashable, Sendable {
    case opened(OpenIncident)
    case joined(OpenIncident)

    package var incident: OpenIncident {
      switch self {
      case .opened(let incident), .joined(let incident): incident
      }
    }
  }

  private let span: Duration
  private let most: Int
  private var open: [UniqueID: OpenIncident] = [:]

  /// - Parameter span: how far apart in event time two detections of one incident may be.
  package init(span: Duration = .seconds(3600), mostOpen: Int = IncidentCorrelator.mostOpen) {
    self.span = span
    self.most = mostOpen
  }

  /// Incidents that may still be joined.
  package var count: Int { open.count }

  /// Takes up what the store had open when the program started.
  package mutating func restore(_ incidents: [OpenIncident]) {
    for incident in incidents { open[incident.id] = incident }
    evict()
  }

  /// Nothing joins it from now on.
  package mutating func close(_ id: UniqueID) { open[id] = nil }

  /// Whether an incident that may still grow concerns this agent.
  package func concerns(_ agent: AgentID) -> Bool { open.values.contains { $0.agents.contains(agent) } }

  /// Whether an incident that may still grow concerns this entity.
  package func concerns(_ entity: EntityRef) -> Bool { open.values.contains { $0.entities.contains(entity) } }

  /// Places one detection; `id` is used where it opens an incident.
  ///
  /// An event time after `now` counts as `now`, so that a wrong clock cannot hold an incident open.
  ///
  /// - Parameters:
  ///   - agent: whose machine it is about; nil where the collector raised it over several agents, and where it is
  ///     about a machine without one: what a gateway sees of two computers is two troubles.
  ///   - joining: an incident that it belongs to whatever they share, while that may still grow.
  package mutating func place(
    _ detection: Detection, agent: AgentID?, label: String, at now: Timestamp, id: UniqueID, joining: UniqueID? = nil
  ) -> Decision {
    forgetQuiet(at: now)
    let event = min(detection.eventTime, now)
    let entities = Self.keys(of: detection)
    guard var incident = joining.flatMap({ open[$0] }) ?? best(for: entities, agent: agent, event: event) else {
      var incident = OpenIncident(
        id: id, title: "", severity: detection.severity, openedAt: now, updatedAt: now, firstEvent: event,
        lastEvent: event, detections: 1, agents: agent.map { [$0] } ?? [],
        entities: Set(entities.prefix(Self.mostEntities)),
        leadLabel: label, leadSummary: detection.summary)
      incident.retitle()
      open[id] = incident
      evict()
      return .opened(incident)
    }
    if detection.severity > incident.severity {
      incident.severity = detection.severity
      incident.leadSummary = detection.summary
      incident.leadLabel = label
    }
    incident.updatedAt = max(now, incident.updatedAt)
    incident.firstEvent = min(event, incident.firstEvent)
    incident.lastEvent = max(event, incident.lastEvent)
    incident.detections += 1
    if let agent, !incident.agents.contains(agent), incident.agents.count < Self.mostEntities {
      incident.agents.append(agent)
    }
    for entity in entities where incident.entities.count < Self.mostEntities { incident.entities.insert(entity) }
    incident.retitle()
    open[incident.id] = incident
    return .joined(incident)
  }

  /// Entities that tie detections together; a host with an agent is tied by that already.
  private static func keys(of detection: Detection) -> [EntityRef] {
    detection.entities.map(\.entity).filter { $0.kind != .host }
  }

  /// The incident with most in common; among equals the one that was touched last.
  private func best(for entities: [EntityRef], agent: AgentID?, event: Timestamp) -> OpenIncident? {
    open.values.compactMap { incident -> (incident: OpenIncident, shared: Int)? in
      guard event.since(incident.lastEvent) <= span, incident.firstEvent.since(event) <= span else { return nil }
      let shared =
        entities.count { incident.entities.contains($0) } + (agent.map(incident.agents.contains) == true ? 1 : 0)
      return shared > 0 ? (incident, shared) : nil
    }.max { left, right in
      (left.shared, left.incident.updatedAt, left.incident.id) < (
        right.shared, right.incident.updatedAt, right.incident.id
      )
    }?.incident
  }

  private mutating func forgetQuiet(at now: Timestamp) {
    for incident in open.values where now.since(incident.updatedAt) > span { open[incident.id] = nil }
  }

  private mutating func evict() {
    while open.count > most, let oldest = open.values.min(by: { $0.updatedAt < $1.updatedAt }) {
      open[oldest.id] = nil
    }
  }
}
