import CordonCore
import CordonStore
import Logging
import ServiceLifecycle
import Synchronization

/// Raises detections for agents that fell silent, and notes when they speak again.
///
/// How long an agent has been silent is measured by the steady clock: when somebody sets the wall clock, no fleet falls
/// silent, and none can.
package final class SilenceService: Service, Sendable {
  private let context: CollectorContext
  private let authority: AuthorityBook
  private let hub: UplinkHub
  private let cases: CaseService
  private let watch = Mutex(SilenceWatch(heartbeat: Policy.observeOnly.heartbeat))

  package init(context: CollectorContext, authority: AuthorityBook, hub: UplinkHub, cases: CaseService) {
    self.context = context
    self.authority = authority
    self.hub = hub
    self.cases = cases
  }

  package func run() async throws {
    try await restore()
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        let interval = self.watch.withLock { $0.tickInterval }
        try? await ContinuousClock().sleep(for: interval)
        do {
          try await self.tick()
        } catch {
          self.context.logger.error("silence not examined", metadata: ["error": "\(error)"])
        }
      }
    }
  }

  /// Begins to watch every enrolled agent: from now, for nobody could report while the collector was down.
  package func restore() async throws {
    let now = context.steady.now
    let agents = try await context.store.agents()
    watch.withLock { watch in
      watch.heartbeat = authority.longestHeartbeat
      for agent in agents where agent.state == .enrolled && agent.lastSeen != nil { watch.watch(agent.id, since: now) }
    }
  }

  /// Takes up who was heard, and reports who was not.
  package func tick() async throws {
    let now = context.steady.now
    let heard = hub.lastHeard()
    let directives = watch.withLock { watch in
      watch.heartbeat = authority.longestHeartbeat
      return heard.compactMap { watch.heard($0.key, at: $0.value) } + watch.tick(at: now)
    }
    for directive in directives {
      switch directive {
      case .silent(let agent, let since): try await report([agent], silentFor: now.since(since))
      case .manySilent(let agents, let since): try await report(agents, silentFor: now.since(since))
      case .recovered(let agent, let duration):
        context.logger.notice(
          "agent speaks again", metadata: ["agent": "\(agent)", "silent_s": "\(duration.milliseconds / 1000)"])
      }
    }
  }

  private func report(_ agents: [AgentID], silentFor: Duration) async throws {
    let now = context.now
    let since = now.advanced(by: .zero - silentFor)
    var hosts: [SilenceDetection.Host] = []
    var reported: [AgentID] = []
    for id in agents {
      guard let agent = try await context.store.agent(id), agent.state == .enrolled else {
        watch.withLock { $0.forget(id) }
        continue
      }
      reported.append(id)
      hosts.append(
        SilenceDetection.Host(
          label: agent.label,
          criticality: ContainmentRule.criticality(of: agent.label, in: authority.policy(of: agent.group)),
          isInIncident: cases.concerns(id)))
    }
    let detection = SilenceDetection.make(id: context.ids.next(at: now), hosts: hosts, since: since, at: now)
    guard let detection else { return }
    let subject = reported.count == 1 ? reported.first : nil
    try await context.store.storeDetection(
      detection, agent: subject, at: now,
      Consequences(ledger: [
        context.record(
          .detectionStored, on: "detection/\(detection.id)",
          [
            "rule": detection.rule, "agents": "\(reported.count)",
            "first": reported.first?.text ?? "", "severity": "\(detection.severity)",
          ])
      ]))
    context.logger.warning("agents silent", metadata: ["count": "\(reported.count)", "what": "\(detection.summary)"])
    cases.wake()
  }
}
