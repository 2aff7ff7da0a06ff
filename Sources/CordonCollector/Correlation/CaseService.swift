package import CordonCore
import CordonStore
import Logging
import ServiceLifecycle
import Synchronization

/// Makes incidents of detections, and draws the conclusions from agents' outcomes.
///
/// Works from what the store says is not yet placed or applied: what a stopped collector left is done at the next start,
/// and nothing is done twice. One task does it all, so that the correlator sees detections in their order.
package final class CaseService: Service, Sendable {
  /// Detections or outcomes taken from the store at once.
  package static let page = 200
  /// How long a failing store is left alone.
  package static let pause: Duration = .seconds(5)
  /// Incidents that may still grow are looked for among so many at start.
  private static let mostRestored = 2_000
  private static let mostEvidenceInText = 5
  /// Where the last hour's changes and the open populations are kept.
  private static let populationKey = "populations"
  /// A reflex's outcome is taken without its detection after so long.
  package static let longestWait: Duration = .seconds(10)

  let context: CollectorContext
  let authority: AuthorityBook
  private let hub: UplinkHub
  private let standing: StandingOrders
  private let rarity: RarityDesk
  private let correlator = Mutex(IncidentCorrelator())
  private let populations = Mutex(PopulationWatch())
  private let wakes: AsyncStream<Void>
  private let waker: AsyncStream<Void>.Continuation

  package init(
    context: CollectorContext, authority: AuthorityBook, hub: UplinkHub, standing: StandingOrders, rarity: RarityDesk
  ) {
    self.rarity = rarity
    self.context = context
    self.authority = authority
    self.hub = hub
    self.standing = standing
    (wakes, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Something was stored that may belong to an incident.
  package func wake() { waker.yield() }

  /// Whether an incident that may still grow concerns an agent.
  package func concerns(_ agent: AgentID) -> Bool { correlator.withLock { $0.concerns(agent) } }

  /// Whether an incident that may still grow concerns an entity.
  package func concerns(_ entity: EntityRef) -> Bool { correlator.withLock { $0.concerns(entity) } }

  /// Nothing joins the incident from now on.
  func close(_ incident: UniqueID) { correlator.withLock { $0.close(incident) } }

  package func run() async throws {
    try await restore()
    waker.yield()
    await withGracefulShutdownHandler {
      for await _ in wakes {
        do {
          while try await workOnce() {}
        } catch {
          context.logger.error("incidents not brought up to date", metadata: ["error": "\(error)"])
          try? await ContinuousClock().sleep(for: Self.pause)
          waker.yield()
        }
      }
    } onGracefulShutdown: {
      self.waker.finish()
    }
  }

  /// One page of each; true where there may be more. Also what tests call instead of `run`.
  package func workOnce() async throws -> Bool {
    let detections = try await context.store.uncorrelatedDetections(most: Self.page)
    for detection in detections { try await place(detection) }
    let outcomes = try await context.store.unappliedOutcomes(most: Self.page)
    for outcome in outcomes where try await !isEarly(outcome) { try await apply(outcome) }
    return detections.count == Self.page || outcomes.count == Self.page
  }

  /// Takes up the incidents that may still grow; `run` begins with it.
  package func restore() async throws {
    var open: [OpenIncident] = []
    for incident in try await context.store.incidents(closedToo: false, most: Self.mostRestored) {
      let detections = try await context.store.detections(of: incident.id, most: IncidentCorrelator.mostEntities)
      let entities = detections.flatMap { $0.detection.entities.map(\.entity) }.filter { $0.kind != .host }
      let lead = detections.max { $0.detection.severity < $1.detection.severity }?.detection
      open.append(
        OpenIncident(
          id: incident.id, title: incident.title, severity: incident.severity, openedAt: incident.openedAt,
          updatedAt: incident.updatedAt, firstEvent: incident.firstEvent, lastEvent: incident.lastEvent,
          detections: incident.detections, agents: incident.agents,
          entities: Set(entities.prefix(IncidentCorrelator.mostEntities)), leadLabel: lead?.machine?.shortName ?? "",
          leadSummary: lead?.summary ?? incident.title))
    }
    correlator.withLock { $0.restore(open) }
    guard let kept = try await context.store.meta(Self.populationKey) else { return }
    do throws(CordonError) {
      let watch = try PopulationWatch(encoded: kept)
      populations.withLock { $0 = watch }
    } catch {
      context.logger.warning("open populations are not known any more", metadata: ["error": "\(error)"])
    }
  }

  // MARK: Private

  /// - Parameter whole: the incident of a population that the detection tells of.
  func place(_ stored: StoredDetection, in whole: UniqueID? = nil) async throws {
    let now = context.now
    let detection = stored.detection
    var label = ""
    if let agent = stored.agent { label = try await context.store.agent(agent)?.label ?? agent.text }
    let isForeign = detection.isOfAnotherMachine
    let group = try await peerGroup(of: stored)
    let watched = populations.withLock { $0 }
    let population = group.map { group in populations.withLock { $0.saw(detection, in: group, at: now) } } ?? .single
    // A population is kept with its detection; until then its last member has not been seen.
    let remembered = group == nil || population.isFirst ? [:] : populationState
    var joining = whole
    if case .joins(let incident) = population { joining = incident }
    let before = correlator.withLock { $0 }
    let decision = correlator.withLock { correlator in
      correlator.place(
        detection, agent: isForeign ? nil : stored.agent,
        label: isForeign ? detection.machine?.shortName ?? label : label, at: now, id: context.ids.next(at: now),
        joining: joining)
    }
    let incident: IncidentRecord
    do {
      let known = try await context.store.incident(decision.incident.id)
      incident = IncidentRecord(decision.incident, state: known?.state, owner: known?.owner)
      var ledger: [LedgerRecord] = []
      if case .opened = decision {
        ledger.append(
          context.record(
            .incidentOpened, on: "incident/\(incident.id)",
            ["detection": "\(detection.id)", "rule": detection.rule, "severity": "\(detection.severity)"]))
      }
      let order = try await standing.order(for: stored, label: label, incident: incident.id)
      let p = await self.p(of: stored)
      try await context.store.place(
        detection.id, in: incident, p: p, command: order?.record, at: now,
        Consequences(
          ledger: ledger + (order?.consequences.ledger ?? []), outbound: order?.consequences.outbound ?? [],
          timeline: [
            TimelineEntry(
              incident: incident.id, at: detection.raisedAt, kind: "detection",
              text: Self.text(of: detection, label: label))
          ] + (order?.consequences.timeline ?? []), meta: remembered))
      if let order { hub.wake([order.record.command.agentID]) }
    } catch {
      // The store did not take it: nobody must remember what is not there.
      correlator.withLock { $0 = before }
      populations.withLock { $0 = watched }
      throw error
    }
    try await applyExpectations(to: stored, incident: incident)
    if case .population(let members) = population, let group {
      populations.withLock { $0.opened(incident.id, in: group) }
      do {
        try await raise(members, in: group, last: stored, incident: incident.id)
      } catch {
        // The next member tells of it.
        populations.withLock { $0 = watched }
        throw error
      }
    }
  }

  /// Nil where it cannot be told: a rank must not keep a detection from its incident.
  private func p(of stored: StoredDetection) async -> Double? {
    do {
      return try await rarity.p(of: stored.detection, by: stored.agent)
    } catch {
      context.logger.warning("how rare a detection is stays unknown", metadata: ["error": "\(error)"])
      return nil
    }
  }

  /// What is to be kept of the last hour and of open populations.
  var populationState: [String: [UInt8]] { [Self.populationKey: populations.withLock { $0.encoded }] }

  /// Outcomes overtake detections: a reflex's waits a while for the detection that it was about.
  private func isEarly(_ stored: StoredOutcome) async throws -> Bool {
    guard stored.outcome.isReflex, let id = stored.outcome.detectionID,
      context.now.since(stored.storedAt) < Self.longestWait
    else { return false }
    return try await context.store.detection(id)?.incident == nil
  }

  private static func text(of detection: Detection, label: String) -> String {
    let evidence = detection.evidence.prefix(mostEvidenceInText).map { "\($0.what) \($0.value.short) \($0.unit)" }
    let technique = detection.technique.isEmpty ? "" : " [\(detection.technique)]"
    let measured = evidence.isEmpty ? "" : " (\(evidence.joined(separator: "; ")))"
    return "\(label.isEmpty ? "" : "\(label): ")\(detection.summary)\(technique)\(measured)"
  }

  private func apply(_ stored: StoredOutcome) async throws {
    let now = context.now
    let outcome = stored.outcome
    guard try await !UnsealService.settle(stored, in: context) else { return }
    let witnesses = Witnesses(context: context, hub: hub)
    let change = try await CommandChange.of(stored, in: context, witnesses: witnesses)
    guard let change else {
      try await context.store.apply(stored.key, command: nil, at: now)
      return
    }
    var consequences = change.consequences
    var incident: IncidentRecord?
    if let id = change.record.command.incidentID, var record = try await context.store.incident(id) {
      record.state = try await state(of: id, with: change.record).rawValue
      record.updatedAt = max(now, record.updatedAt)
      incident = record
      consequences.timeline.append(
        TimelineEntry(incident: id, at: outcome.at, kind: "command-\(change.record.state)", text: change.text))
    }
    let asked = try witnesses.request(for: change.record, at: now)
    if let asked { consequences.outbound.append(asked.0) }
    try await context.store.apply(stored.key, command: change.record, incident: incident, at: now, consequences)
    if let asked { hub.wake([asked.1]) }
  }

  /// The incident's state once a command is as given.
  private func state(of incident: UniqueID, with changed: CommandRecord) async throws -> IncidentState {
    let commands = try await context.store.commands(of: incident).filter { $0.command.id != changed.command.id }
    let held = (commands + [changed]).count { $0.state == CommandState.held.rawValue }
    let labels = try await context.store.detections(of: incident).map { stored in
      stored.verdict.flatMap { DetectionLabel(rawValue: $0.label) }
    }
    return IncidentState.of(labels: labels, held: held)
  }
}

extension IncidentRecord {
  /// What the correlator decided, with what only the store knows.
  init(_ incident: OpenIncident, state: String?, owner: String?) {
    // A new detection opens again what analysts had closed; what is contained stays so.
    let next = state == IncidentState.contained.rawValue ? IncidentState.contained : .open
    self.init(
      id: incident.id, state: next.rawValue, title: incident.title, severity: incident.severity,
      openedAt: incident.openedAt, updatedAt: incident.updatedAt, firstEvent: incident.firstEvent,
      lastEvent: incident.lastEvent, owner: owner ?? "", detections: incident.detections, agents: incident.agents)
  }
}

extension Double {
  /// Whole where it is whole, else with two digits after the point.
  fileprivate var short: String {
    guard isFinite, abs(self) < 1e15 else { return "\(self)" }
    let hundredths = (self * 100).rounded()
    let whole = Int64(hundredths / 100)
    let rest = Int64(abs(hundredths.truncatingRemainder(dividingBy: 100)))
    return rest == 0 ? "\(whole)" : "\(hundredths < 0 && whole == 0 ? "-" : "")\(whole).\(rest < 10 ? "0" : "")\(rest)"
  }
}
