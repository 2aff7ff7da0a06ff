import CordonCore
import CordonLearning
import CordonStore
import Logging
import ServiceLifecycle

/// Scores users over all the machines that they use, and patients' records over all gateways, once a window, with the
/// code that agents score hosts with.
///
/// A window is scored when its lateness has passed; a part that comes later is in the merged window, but never scores it
/// again. State, scores, maxima and detections of a page are one transaction: a crash scores nothing twice and loses no alert.
/// All users together raise at most the site's daily alerts a day, as a host does, and at most half of them by what one
/// machine sent; what is over is told with the next.
package final class UserScoringService: Service, Sendable {
  package static let interval: Duration = .seconds(60)
  /// Windows scored in one transaction.
  package static let page = 1_000
  /// How long the first part of a window waits for the others, at least.
  package static let leastLateness: Duration = .seconds(60)
  /// Days of maxima and scored windows that are kept.
  package static let keptDays: Int32 = 35
  private static let retentionInterval: Duration = .seconds(3600)
  /// Where the day's count of users' alerts is kept.
  private static let capKey = "cap/users"

  private let context: CollectorContext
  private let authority: AuthorityBook
  private let cases: CaseService
  private let merger: UserWindowMerger
  private let thresholds: ThresholdDesk
  private let champions: ChampionBook

  package init(
    context: CollectorContext, authority: AuthorityBook, cases: CaseService, thresholds: ThresholdDesk,
    champions: ChampionBook
  ) {
    self.context = context
    self.authority = authority
    self.cases = cases
    self.thresholds = thresholds
    self.champions = champions
    merger = UserWindowMerger(store: context.store)
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      var sinceRetention = Self.retentionInterval
      while !Task.isCancelled {
        do {
          try await self.tick()
          if sinceRetention >= Self.retentionInterval {
            sinceRetention = .zero
            try await self.context.store.forgetScores(before: self.today - Self.keptDays)
          }
        } catch {
          self.context.logger.error("users not scored", metadata: ["error": "\(error)"])
        }
        try? await ContinuousClock().sleep(for: Self.interval)
        sinceRetention += Self.interval
      }
    }
  }

  /// Takes up what came, and scores what is due; also what tests call instead of `run`.
  package func tick() async throws {
    let zone = authority.policy(of: "").timeZone
    while try await context.store.noteWindows(
      at: context.now, day: { DailyMaximum.day(of: $0, offset: SiteTime.offset(in: zone, at: $0)) }) > 0
    {}
    let policy = authority.policy(of: "")
    guard policy.learning.isEnabled else { return }
    for schema in FeatureSchema.all where AlertBudget.isScoredHere(schema) {
      if schema.entity == .record, !policy.ehr.recordWindows { continue }
      while try await scorePage(of: schema) {}
    }
  }

  // MARK: Private

  private var today: Int32 {
    let now = context.now
    return DailyMaximum.day(of: now, offset: SiteTime.offset(in: authority.policy(of: "").timeZone, at: now))
  }

  /// One transaction's worth; true where there may be more.
  private func scorePage(of schema: FeatureSchema) async throws -> Bool {
    let now = context.now
    let policy = authority.policy(of: "")
    let lateness = max(policy.windows.hostLateness * 2, Self.leastLateness)
    let due = try await context.store.unscoredWindows(
      schema: schema.id, notedBefore: now.advanced(by: .zero - lateness), most: Self.page)
    guard !due.isEmpty else { return false }
    let champion = try await champions.champion(of: schema)
    let outlook = try await thresholds.outlook(
      of: schema, model: champion?.number ?? 0, policy: policy, today: today,
      feedback: try await champions.feedback(of: schema), at: now)
    let scales = AlertBudget.scales(of: schema)
    var run = UserScoringRun(
      schema: schema,
      judges: EntityWatch.Judges(
        scales: scales, model: champion?.model,
        thresholds: champion?.thresholds(of: scales) ?? outlook.outlook.map { $0.result.threshold ?? .infinity }),
      model: champion?.number ?? 0, zone: policy.timeZone, cap: try await cap(under: policy))
    let groups = try await context.groups()
    for (entity, start) in due {
      let parts = try await context.store.parts(of: entity, start: start, schema: schema.id)
      guard let window = try? WindowMerge.merge(parts.map(\.window)) else {
        // Its parts are gone or do not belong together: scored as nothing, so that it is not tried for ever.
        run.skip(entity, start: start)
        continue
      }
      if !run.knows(entity) {
        let group = parts.first.flatMap { groups[$0.key.agent] } ?? ""
        run.take(try await context.store.watch(of: entity, schema: schema.id), of: entity, group: group)
      }
      if let group = run.missingPeers(of: entity) {
        run.take(peers: try await context.store.peerGroup(group, schema: schema.id), of: group)
      }
      try run.score(window, of: parts, teachesPeers: !cases.concerns(entity), at: now) { context.ids.next(at: now) }
    }
    var step = run.step
    step.consequences.ledger = step.detections.map { detection in
      context.record(
        .detectionStored, on: "detection/\(detection.id)",
        ["rule": detection.rule, "severity": "\(detection.severity)", "model": Hex.encode(champion?.number ?? 0)])
    }
    step.consequences.meta[Self.capKey] = run.cap.encoded
    try await context.store.recordScores(step, at: now)
    if !step.detections.isEmpty { cases.wake() }
    return due.count == Self.page
  }

  /// As the last page left it; one that cannot be read begins the day anew.
  private func cap(under policy: Policy) async throws -> DailyCap {
    let limit = DailyCap.limit(dailyAlerts: policy.dailyAlerts)
    guard let kept = try await context.store.meta(Self.capKey) else { return DailyCap(limit: limit) }
    return (try? DailyCap(limit: limit, encoded: kept)) ?? DailyCap(limit: limit)
  }
}

extension CollectorContext {
  /// Group of every agent.
  func groups() async throws -> [AgentID: String] {
    Dictionary(try await store.agents().map { ($0.id, $0.group) }, uniquingKeysWith: { first, _ in first })
  }
}
