import CordonCore
import CordonLearning
import CordonStore

// What behaviour needs beside correlation: populations, and what analysts said they expect.

extension CaseService {
  /// How far back members of a population may have alerted.
  private static let memberWindow: Duration = .seconds(2 * 3600)

  /// The peer group of a behavioural detection; nil for any other.
  func peerGroup(of stored: StoredDetection) async throws -> PopulationWatch.Group? {
    guard stored.detection.kind == .behaviour, let kind = stored.detection.entities.first?.entity.kind else {
      return nil
    }
    guard let agent = stored.agent, kind == .host else {
      let schemas = FeatureSchema.all.filter { $0.entity == kind }
      var size = 0
      for schema in schemas { size += try await context.store.watchedEntities(schema: schema.id).values.reduce(0, +) }
      return PopulationWatch.Group(kind: kind, name: "", size: size)
    }
    let agents = try await context.store.agents().filter { $0.state == .enrolled }
    let name = agents.first { $0.id == agent }?.group ?? ""
    return PopulationWatch.Group(kind: kind, name: name, size: agents.count { $0.group == name })
  }

  /// Makes one detection of a population, and takes its members' incidents into the one that was opened last.
  func raise(
    _ members: [EntityRef], in group: PopulationWatch.Group, last stored: StoredDetection, incident: UniqueID
  ) async throws {
    let now = context.now
    let detection = PopulationWatch.detection(
      members, in: group, last: stored.detection, id: context.ids.next(at: now), at: now)
    let since = now.advanced(by: .zero - Self.memberWindow)
    let absorbed = try await context.store.behaviourDetections(since: since).compactMap { member -> UniqueID? in
      guard let entity = member.detection.entities.first?.entity, members.contains(entity) else { return nil }
      return member.incident
    }.filter { $0 != incident }
    try await context.store.storeDetection(
      detection, agent: nil, at: now,
      Consequences(
        ledger: [
          context.record(
            .detectionStored, on: "detection/\(detection.id)",
            ["rule": detection.rule, "members": "\(members.count)", "severity": "\(detection.severity)"])
        ], meta: populationState))
    try await place(StoredDetection(detection: detection, agent: nil, storedAt: now), in: incident)
    for id in Set(absorbed) where try await isBehaviourAlone(id) {
      close(id)
      try await context.store.absorb(id, into: incident, at: now)
    }
  }

  /// Labels a detection that an analyst or the policy expects, so that its incident closes if nothing else is in it.
  func applyExpectations(to stored: StoredDetection, incident: IncidentRecord) async throws {
    guard stored.detection.kind == .behaviour, let expected = try await expectation(of: stored) else { return }
    let now = context.now
    var record = incident
    let labels = try await context.store.detections(of: incident.id).map { known in
      known.detection.id == stored.detection.id
        ? .expected : known.verdict.flatMap { DetectionLabel(rawValue: $0.label) }
    }
    let held = try await context.store.commands(of: incident.id).count { $0.state == CommandState.held.rawValue }
    record.state = IncidentState.of(labels: labels, held: held).rawValue
    if record.state == IncidentRecord.closedState { close(record.id) }
    try await context.store.label(
      stored.detection.id,
      DetectionVerdict(
        label: DetectionLabel.expected.rawValue, note: expected.note, by: expected.by, at: now), incident: record,
      Consequences(ledger: [
        context.record(
          .detectionLabelled, by: expected.actor, on: "detection/\(stored.detection.id)",
          ["label": DetectionLabel.expected.rawValue, "expectation": expected.source])
      ]))
  }

  /// Who expects a detection, and why.
  private struct Expected {
    var note: String
    var by: String
    var actor: String
    var source: String
  }

  private func expectation(of stored: StoredDetection) async throws -> Expected? {
    let agent: AgentRecord? = if let id = stored.agent { try await context.store.agent(id) } else { nil }
    let (host, group) = (agent?.label ?? "", agent?.group ?? "")
    let known = try await context.store.expectations(at: context.now).first {
      $0.covers(stored.detection, group: group)
    }
    if let known {
      return Expected(
        note: "as expected since \(known.detection)", by: known.madeBy, actor: OperatorName(known.madeBy).actor,
        source: "\(known.detection)")
    }
    let policy = authority.policy(of: "")
    let time = stored.detection.eventTime
    let offset = SiteTime.offset(in: policy.timeZone, at: time)
    return policy.learning.expected.first { $0.covers(time, host: host, group: group, offset: offset) }.map {
      activity in
      Expected(
        note: "\(activity.kind.rawValue): \(activity.why)", by: "policy", actor: context.actor,
        source: "policy/\(policy.serial)")
    }
  }

  private func isBehaviourAlone(_ incident: UniqueID) async throws -> Bool {
    guard try await context.store.commands(of: incident).isEmpty else { return false }
    return try await context.store.detections(of: incident).allSatisfy { $0.detection.kind == .behaviour }
  }
}
