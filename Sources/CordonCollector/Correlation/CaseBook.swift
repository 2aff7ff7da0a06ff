package import CordonCore
import CordonStore

/// Detections and incidents as analysts see them, and their verdicts.
package struct CaseBook: Sendable {
  /// A detection with the name of the machine that raised it.
  package struct DetectionView: Sendable {
    package var stored: StoredDetection
    /// Empty where the collector raised it over several agents.
    package var agentLabel: String
  }

  /// An incident with all that belongs to it.
  package struct IncidentView: Sendable {
    package var incident: IncidentRecord
    package var detections: [DetectionView]
    package var commands: [CommandView]
    package var timeline: [TimelineEntry]
  }

  /// Rows that one call returns, at most.
  package static let mostRows = 1_000
  /// Bytes of a verdict's note.
  package static let longestNote = 1_024

  private let context: CollectorContext
  private let cases: CaseService

  package init(context: CollectorContext, cases: CaseService) {
    self.context = context
    self.cases = cases
  }

  /// Stored at or after a time, newest first.
  package func detections(since: Timestamp, most: Int) async throws -> [DetectionView] {
    let stored = try await context.store.detections(since: since, most: Self.bounded(most))
    let labels = try await context.labels()
    return stored.map { DetectionView(stored: $0, agentLabel: $0.agent.flatMap { labels[$0] } ?? "") }
  }

  /// Code: `detection-unknown`.
  package func detection(_ id: UniqueID) async throws -> DetectionView {
    guard let stored = try await context.store.detection(id) else { throw Self.unknownDetection(id) }
    let labels = try await context.labels()
    return DetectionView(stored: stored, agentLabel: stored.agent.flatMap { labels[$0] } ?? "")
  }

  /// Agents whose windows the collector made a detection of, who said most first; none where an agent raised it.
  package func reporters(of stored: StoredDetection) async throws -> [AgentID] {
    guard stored.agent == nil else { return [] }
    var said: [AgentID: Int] = [:]
    for sealed in stored.detection.entities where !sealed.entity.pseudonym.isEmpty {
      for schema in [FeatureSchema.userAtHost, .userAtEHR] {
        for part in try await context.store.parts(
          of: sealed.entity, start: stored.detection.eventTime, schema: schema.id)
        { said[part.key.agent, default: 0] += Int(part.window.observations) }
      }
    }
    return said.sorted { ($0.value, $0.key.text) > ($1.value, $1.key.text) }.map(\.key)
  }

  /// Writes an analyst's verdict; an incident whose detections are all cleared closes.
  ///
  /// Codes: `unknown-label`, `note`, and for what is expected `expectation`, `expectation-scope`, `expectation-end`.
  ///
  /// - Parameter expecting: how far, and until when, more of the same is expected.
  package func label(
    _ id: UniqueID, as text: String, note: String, expecting: (scope: String, until: Timestamp)? = nil,
    by operatorName: OperatorName
  ) async throws {
    let label = try DetectionLabel(parsing: text)
    guard note.utf8.count <= Self.longestNote else {
      throw CordonError(.invalid, "note", "A note has at most \(Self.longestNote) bytes.")
    }
    guard let stored = try await context.store.detection(id) else { throw Self.unknownDetection(id) }
    let now = context.now
    let expectation = try await expectation(of: stored, label, expecting, by: operatorName)
    var incident: IncidentRecord?
    var details = ["label": label.rawValue, "note": note]
    if let expectation {
      details["scope"] = expectation.scope.rawValue
      details["until_ms"] = "\(expectation.until.milliseconds)"
    }
    var consequences = Consequences(ledger: [
      context.record(.detectionLabelled, by: operatorName.actor, on: "detection/\(id)", details)
    ])
    if let incidentID = stored.incident, var record = try await context.store.incident(incidentID) {
      let before = record.state
      record.state = try await state(of: incidentID, with: id, labelled: label).rawValue
      record.updatedAt = max(now, record.updatedAt)
      incident = record
      consequences.timeline.append(
        TimelineEntry(
          incident: incidentID, at: now, kind: "labelled",
          text: "\(operatorName.text) labelled “\(stored.detection.rule)” as \(label.rawValue)"))
      if record.state == IncidentRecord.closedState, before != record.state {
        consequences.ledger.append(
          context.record(.incidentClosed, by: operatorName.actor, on: "incident/\(incidentID)"))
        cases.close(incidentID)
      }
    }
    try await context.store.label(
      id, DetectionVerdict(label: label.rawValue, note: note, by: operatorName.text, at: now), incident: incident,
      expecting: expectation, consequences)
  }

  /// Days for which more of the same may be expected, at most: nobody can look away for ever.
  package static let longestExpectation: Duration = .seconds(90 * 86_400)

  private func expectation(
    of stored: StoredDetection, _ label: DetectionLabel, _ given: (scope: String, until: Timestamp)?,
    by operatorName: OperatorName
  ) async throws -> Expectation? {
    guard let given else { return nil }
    guard label == .expected, stored.detection.kind == .behaviour || stored.detection.kind == .population else {
      throw CordonError(
        .invalid, "expectation", "Only behaviour can be expected to go on, and only with the label “expected”.",
        remedy: "Tripwires and silence are labelled one by one.")
    }
    guard let scope = Expectation.Scope(rawValue: given.scope) else {
      throw CordonError(
        .invalid, "expectation-scope", "There is no scope “\(given.scope.prefix(40))”.",
        remedy: "Use one of: \(Expectation.Scope.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    let now = context.now
    guard given.until > now, given.until.since(now) <= Self.longestExpectation else {
      throw CordonError(
        .invalid, "expectation-end",
        "What is expected must end within \(Self.longestExpectation.milliseconds / 86_400_000) days from now.")
    }
    var group: String?
    if scope == .group, let agent = stored.agent { group = try await context.store.agent(agent)?.group }
    return Expectation(
      detection: stored.detection.id, rule: stored.detection.rule, scope: scope,
      entity: scope == .entity ? stored.detection.entities.first?.entity : nil,
      group: scope == .group ? group ?? "" : nil,
      until: given.until, madeBy: operatorName.text)
  }

  package func incidents(closedToo: Bool, most: Int) async throws -> [IncidentRecord] {
    try await context.store.incidents(closedToo: closedToo, most: Self.bounded(most))
  }

  /// Code: `incident-unknown`.
  package func incident(_ id: UniqueID) async throws -> IncidentView {
    guard let incident = try await context.store.incident(id) else {
      throw CordonError(
        .missing, "incident-unknown", "There is no incident \(id).", remedy: "cordon incident list shows them.")
    }
    let labels = try await context.labels()
    return IncidentView(
      incident: incident,
      detections: try await context.store.detections(of: id).map {
        DetectionView(stored: $0, agentLabel: $0.agent.flatMap { labels[$0] } ?? "")
      },
      commands: try await context.store.commands(of: id).map {
        CommandView(record: $0, agentLabel: labels[$0.command.agentID] ?? "")
      },
      timeline: try await context.store.timeline(of: id))
  }

  private func state(
    of incident: UniqueID, with id: UniqueID, labelled label: DetectionLabel
  ) async throws -> IncidentState {
    let labels = try await context.store.detections(of: incident).map { stored in
      stored.detection.id == id ? label : stored.verdict.flatMap { DetectionLabel(rawValue: $0.label) }
    }
    let held = try await context.store.commands(of: incident).count { $0.state == CommandState.held.rawValue }
    return IncidentState.of(labels: labels, held: held)
  }

  static func bounded(_ most: Int) -> Int { most <= 0 ? mostRows : min(most, mostRows) }

  private static func unknownDetection(_ id: UniqueID) -> CordonError {
    CordonError(
      .missing, "detection-unknown", "There is no detection \(id).", remedy: "cordon detection list shows the newest.")
  }
}

extension CollectorContext {
  /// Labels of every agent.
  func labels() async throws -> [AgentID: String] {
    Dictionary(try await store.agents().map { ($0.id, $0.label) }, uniquingKeysWith: { first, _ in first })
  }
}
