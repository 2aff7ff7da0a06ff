package import CordonCore
import CordonLearning
import CordonStore
import CordonTrust
import Logging
import ServiceLifecycle

/// Moves offered models from ring to ring, halts those that go wrong, and takes them back where the policy lets it.
///
/// Works from what the store says, so that a restart goes on where it was. Also sees to what else learning needs from
/// time to time: the week's labels, and the policy's schedule of trainings.
package final class RolloutService: Service, Sendable {
  package static let interval: Duration = .seconds(60)
  /// How long after its last ring a model is still watched.
  package static let watched: Duration = .seconds(24 * 3600)
  private static let weekDays: Int32 = 7

  private let context: CollectorContext
  private let authority: AuthorityBook
  private let hub: UplinkHub
  private let models: ModelService
  private let training: ModelTraining
  private let processors = ProcessorWatch()

  package init(
    context: CollectorContext, authority: AuthorityBook, hub: UplinkHub, models: ModelService, training: ModelTraining
  ) {
    self.context = context
    self.authority = authority
    self.hub = hub
    self.models = models
    self.training = training
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        group.addTask {
          await self.repeatedly {
            try await self.tick()
            try await self.takeLabels()
          }
        }
        // By itself: rings are judged while a long training runs.
        group.addTask { await self.repeatedly { try await self.trainWhereDue() } }
      }
    }
  }

  private func repeatedly(_ work: @Sendable () async throws -> Void) async {
    while !Task.isCancelled {
      try? await ContinuousClock().sleep(for: Self.interval)
      do {
        try await work()
      } catch {
        context.logger.error("models not looked after", metadata: ["error": "\(error)"])
      }
    }
  }

  /// Judges every ring that is out, and acts on it; also what tests call instead of `run`.
  package func tick() async throws {
    let offers = try await context.store.offersInForce()
    processors.keep(only: Set(offers.map(\.serial)))
    for offer in offers where offer.state == .sent {
      let sameRollout = offers.filter { $0.model == offer.model && $0.role == offer.role }
      let next = sameRollout.first { $0.state == .waiting }
      // Of several rings that are out, the last one decides; a finished rollout is watched for a while longer.
      guard !sameRollout.contains(where: { $0.state == .sent && $0.serial > offer.serial }) else { continue }
      let age = context.now.since(offer.sentAt ?? offer.madeAt)
      guard next != nil || age < Self.watched else { continue }
      let health = try await health(of: offer, among: offers)
      switch health.verdict {
      case .waiting: continue
      case .passed: if let next { try await advance(to: next, among: offers) }
      case .failed(let why): try await halt(offer, sameRollout, why)
      }
    }
  }

  // MARK: Rings

  /// How the agents of an offer's ring do with it.
  package func health(of offer: OfferRecord, among offers: [OfferRecord]) async throws -> RingHealth {
    let now = context.now
    let agents = try await models.members(
      of: offer, among: offers.filter { $0.schema == offer.schema && $0.role == offer.role })
    let digest = try await models.require(offer.model).digest
    let sent = offer.sentAt ?? offer.madeAt
    let silence = authority.longestHeartbeat * 3
    let (heard, steady) = (hub.lastHeard(), context.steady.now)
    var members: [RingHealth.Member] = []
    for agent in agents {
      let row = try await context.store.outbound(of: agent.id, envelope: offer.envelope)
      let use = agent.heartbeat?.models.first { $0.digest == digest }
      // Who was off before the offer went out has not vanished with it. By the steady clock where it is known: somebody
      // who sets the wall clock must not make a ring vanish.
      let vanished =
        agent.lastSeen.map { last in
          last >= sent && (heard[agent.id].map { steady.since($0) } ?? now.since(last)) > silence
        } ?? false
      members.append(
        RingHealth.Member(
          use: use, refusal: row?.answer == .refused ? row?.code : nil, vanished: vanished,
          processorShare: agent.heartbeat.flatMap { processors.share(of: agent.id, with: $0, offer: offer.serial) },
          memoryBytes: agent.heartbeat?.memoryBytes ?? 0))
    }
    return RingHealth(
      members: members,
      alerts: offer.role == .champion ? try await alerts(of: Set(agents.map(\.id)), offer, since: sent) : 0,
      allowed: allowed(agents.count, of: offer.schema, in: now.since(sent), all: try await enrolled()),
      age: now.since(sent), gates: authority.policy(of: "").learning)
  }

  /// Alerts of a ring that speak against the model that it was offered.
  private func alerts(of ring: Set<AgentID>, _ offer: OfferRecord, since: Timestamp) async throws -> Int {
    let raised = try await context.store.behaviourDetections(since: since).filter { stored in
      stored.detection.isAlert && stored.agent.map(ring.contains) ?? false
        && UnusualBehaviour.schema(of: stored.detection)?.id == offer.schema
    }
    var incidents: [UniqueID: [StoredDetection]] = [:]
    for id in Set(raised.compactMap(\.incident)) { incidents[id] = try await context.store.detections(of: id) }
    return RingAlerts.count(raised, incidents: incidents)
  }

  private func enrolled() async throws -> Int { try await context.store.agents().count { $0.state == .enrolled } }

  /// The share of the site's budget that a ring's agents have in a time.
  private func allowed(_ members: Int, of schema: UInt32, in time: Duration, all: Int) -> Double {
    guard let known = FeatureSchema.withID(schema), let split = AlertBudget.split(authority.policy(of: "")), all > 0
    else { return 0 }
    let days = Double(time.milliseconds) / 86_400_000
    return AlertBudget.alertsPerDay(of: known, split) * days * Double(members) / Double(all)
  }

  private func advance(to next: OfferRecord, among offers: [OfferRecord]) async throws {
    let now = context.now
    var sent = next
    sent.state = .sent
    sent.sentAt = now
    let agents = try await models.members(
      of: next, among: offers.filter { $0.schema == next.schema && $0.role == next.role })
    try await context.store.recordModels(
      [], changing: [sent], at: now,
      Consequences(
        ledger: [
          context.record(
            .modelAdvanced, on: "model/\(next.model)", ["ring": "\(next.ring)", "agents": "\(agents.count)"])
        ], outbound: agents.map { OutboundDraft(to: .agent($0.id), type: next.type, envelope: next.envelope) }))
    context.logger.notice("model reaches its next ring", metadata: ["model": "\(next.model)", "ring": "\(next.ring)"])
    hub.wake(agents.map(\.id))
  }

  private func halt(_ offer: OfferRecord, _ rollout: [OfferRecord], _ why: String) async throws {
    let now = context.now
    let ended = rollout.map { offer in
      var ended = offer
      ended.state = offer.state == .waiting ? .halted : .superseded
      return ended
    }
    try await context.store.recordModels(
      [], changing: ended, at: now,
      Consequences(ledger: [
        context.record(.modelHalted, on: "model/\(offer.model)", ["ring": "\(offer.ring)", "why": why])
      ]))
    context.logger.error("model halted", metadata: ["model": "\(offer.model)", "why": "\(why)"])
    guard offer.role == .champion, authority.policy(of: "").learning.standingRollout else { return }
    try await goBack(from: offer, why: why)
  }

  /// Offers the champion before, to everyone at once, by the standing key: only what operators signed can be offered.
  private func goBack(from offer: OfferRecord, why: String) async throws {
    let now = context.now
    guard let schema = FeatureSchema.withID(offer.schema) else { return }
    var failed = try await models.require(offer.model)
    guard failed.state == .champion else { return }
    guard var before = try? await models.predecessor(of: schema) else {
      context.logger.error("there is no model to go back to", metadata: ["schema": "\(schema.name)"])
      return
    }
    failed.state = .retired
    failed.updatedAt = now
    before.state = .champion
    before.updatedAt = now
    let serial = try await context.store.highestOffer() + 1
    let envelope = try ModelOffer(
      digest: before.digest, size: UInt32(before.envelope.count), role: .champion, ring: 0, serial: serial,
      schema: before.schema
    ).sealed(by: [context.identity.standing])
    let record = OfferRecord(
      serial: serial, model: before.id, schema: before.schema, role: .champion, ring: 0, group: nil,
      envelope: try envelope.serialized(), state: .sent, madeBy: context.actor, madeAt: now, sentAt: now)
    let agents = try await models.members(of: record, among: [record])
    try await context.store.recordModels(
      [failed, before], adding: [record], at: now,
      Consequences(
        ledger: [
          context.record(
            .modelRolledBack, on: "model/\(before.id)",
            ["from": "\(failed.id)", "why": why, "authority": "standing"])
        ], outbound: agents.map { OutboundDraft(to: .agent($0.id), type: record.type, envelope: record.envelope) }))
    models.thresholds.reset()
    hub.wake(agents.map(\.id))
  }

  // MARK: Labels and schedule

  /// Lets last week's labels move each schema's rate, once a week.
  package func takeLabels() async throws {
    let now = context.now
    let zone = authority.policy(of: "").timeZone
    let week = DailyMaximum.day(of: now, offset: SiteTime.offset(in: zone, at: now)) / Self.weekDays
    let detections = try await context.store.behaviourDetections(
      since: now.advanced(by: .seconds(-Int64(Self.weekDays) * 86_400)))
    let groups = try await context.groups()
    for schema in FeatureSchema.all {
      try await FeedbackLedger(store: context.store).take(
        detections, schema: schema, groups: groups, week: week, at: now)
    }
  }

  /// Trains what the policy's schedule asks for; too little data waits for the next time.
  package func trainWhereDue() async throws {
    let every = authority.policy(of: "").learning.trainEvery
    guard every > .zero else { return }
    for schema in FeatureSchema.all {
      let newest = try await context.store.models(schema: schema.id, most: 1).first
      guard newest.map({ context.now.since($0.createdAt) >= every }) ?? true else { continue }
      do {
        _ = try await training.train(schema.name)
      } catch let error as CordonError where error.code == "too-little-data" {
        context.logger.debug("too little to train on", metadata: ["schema": "\(schema.name)"])
      }
    }
  }
}
