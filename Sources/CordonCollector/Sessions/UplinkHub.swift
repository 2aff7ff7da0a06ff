package import CordonCore
import CordonStore
import CordonTrust
import Logging
import ServiceLifecycle
import Synchronization

/// Who is on the line: opens and closes sessions, hears heartbeats, wakes deliveries, finds clones.
///
/// Writes heartbeats to the store in groups: one transaction an interval, however many agents report.
package final class UplinkHub: Service, Sendable {
  /// How long a heartbeat may wait for the others of its group.
  package static let heartbeatDelay: Duration = .seconds(1)
  /// How often envelopes that others put on their way are looked for.
  package static let sweepInterval: Duration = .seconds(2)

  private struct Live {
    var stream: StreamID
    var session: UniqueID
    var signals: AsyncStream<AgentSession.Signal>.Continuation
  }

  private struct State {
    var live: [AgentID: [Live]] = [:]
    var clones = CloneWatch()
    var streams: UInt64 = 0
    var beats: [AgentID: AgentHeartbeat] = [:]
    var heard: [AgentID: Timestamp] = [:]
    /// Pseudonyms of agents' own addresses, as their heartbeats tell them.
    var addresses: [AgentID: Set<EntityRef>] = [:]
    var isStopped = false
  }

  private let context: CollectorContext
  private let authority: AuthorityBook
  private let trust: TrustBook
  private let state = Mutex(State())

  package init(context: CollectorContext, authority: AuthorityBook, trust: TrustBook) {
    self.context = context
    self.authority = authority
    self.trust = trust
  }

  /// Agents with a stream.
  package var connected: Set<AgentID> { state.withLock { Set($0.live.keys) } }

  /// Begins a session; the caller must end it with `close`, whatever ended the stream.
  ///
  /// Codes: `hello`, `agent-unknown`, `agent-revoked`, `agent-quarantined`, `stopping`.
  package func open(_ agent: AgentID, _ greeting: AgentGreeting) async throws -> AgentSession {
    try greeting.check()
    let now = context.now
    let id = context.ids.next(at: now)
    try await context.store.openSession(
      SessionRecord(agent: agent, session: id, collector: context.name, bootID: greeting.bootID, since: now))
    // One signal is kept: closing is told by finishing after it, so that it survives a pending delivery.
    let (signals, continuation) = AsyncStream.makeStream(
      of: AgentSession.Signal.self, bufferingPolicy: .bufferingNewest(1))
    let opened: (stream: StreamID, directives: [CloneWatch.Directive])? = state.withLock { state in
      guard !state.isStopped else { return nil }
      state.streams += 1
      let stream = StreamID(number: state.streams)
      state.live[agent, default: []].append(Live(stream: stream, session: id, signals: continuation))
      let moment = context.steady.now
      state.heard[agent] = moment
      return (stream, state.clones.hello(agent, stream: stream, boot: greeting.bootID, at: moment))
    }
    guard let opened else { throw Self.stopping }
    try await obey(opened.directives, about: agent)
    try await context.store.recordHello(
      of: agent, version: greeting.version, bootID: greeting.bootID, clockOffset: greeting.clock.since(now),
      policySerial: greeting.policySerial, rosterSerial: greeting.rosterSerial, at: now)
    guard let known = try await context.store.agent(agent) else { throw Self.unknown(agent) }
    try await enqueueMissing(for: known, greeting)
    continuation.yield(.deliver)
    return AgentSession(
      agent: agent, label: known.label, group: known.group, stream: opened.stream, id: id, signals: signals)
  }

  /// Ends a session.
  package func close(_ session: AgentSession) async {
    state.withLock { state in
      state.clones.closed(session.agent, stream: session.stream)
      state.live[session.agent]?.removeAll { $0.stream == session.stream }
      if state.live[session.agent]?.isEmpty == true { state.live[session.agent] = nil }
    }
    do {
      try await context.store.closeSession(session.id, of: session.agent, at: context.now)
    } catch {
      context.logger.warning("session not closed in the store", metadata: ["error": "\(error)"])
    }
  }

  /// Anything came over a session's stream; the identity may turn out to live in two places.
  package func heard(_ session: AgentSession) async throws {
    let now = context.steady.now
    let directives = state.withLock { state in
      state.heard[session.agent] = now
      return state.clones.heard(session.agent, stream: session.stream, at: now)
    }
    try await obey(directives, about: session.agent)
  }

  /// When each agent was last heard since the program started, by the steady clock.
  package func lastHeard() -> [AgentID: Timestamp] { state.withLock { $0.heard } }

  /// A heartbeat; stored with others within a second.
  package func heartbeat(_ session: AgentSession, _ beat: AgentHeartbeat) {
    state.withLock { $0.beats[session.agent] = beat }
  }

  /// An agent's word on its own addresses; good for finding a witness, and for nothing else.
  package func addresses(_ session: AgentSession, _ addresses: Set<EntityRef>) {
    state.withLock { $0.addresses[session.agent] = addresses }
  }

  /// The connected agent that says that an address is its own; nil where there is none, or more than one.
  func owner(of address: EntityRef) -> AgentID? {
    state.withLock { state in
      let owners = state.addresses.filter { $0.value.contains(address) && state.live[$0.key] != nil }.map(\.key)
      return owners.count == 1 ? owners.first : nil
    }
  }

  /// Envelopes that an agent has not answered, oldest first.
  package func outbound(for session: AgentSession, after serial: UInt64) async throws -> [OutboundRecord] {
    try await context.store.openOutbound(of: session.agent, after: serial)
  }

  package func delivered(_ serial: UInt64, to session: AgentSession) async throws {
    try await context.store.markDelivered(serial, to: session.agent)
  }

  /// The agent's word on an envelope.
  package func answered(
    _ serial: UInt64, by session: AgentSession, _ answer: OutboundRecord.Answer, code: String, message: String
  ) async throws {
    let row = try await context.store.answerOutbound(
      serial, of: session.agent, answer, code: String(code.prefix(64)), message: String(message.prefix(512)),
      at: context.now)
    if answer != .accepted {
      context.logger.notice(
        "agent refused a directive",
        metadata: [
          "agent": "\(session.agent)", "type": "\(row?.type ?? "unknown")", "code": "\(code.prefix(64))",
          "message": "\(message.prefix(256))",
        ])
    }
  }

  /// Wakes the deliveries of agents; of all where none are named.
  package func wake(_ agents: [AgentID]? = nil) {
    state.withLock { state in
      for agent in agents ?? Array(state.live.keys) {
        for live in state.live[agent] ?? [] { live.signals.yield(.deliver) }
      }
    }
  }

  /// Closes every stream of an agent, as one who is revoked or quarantined.
  package func expel(_ agent: AgentID) {
    end(
      state.withLock { state in
        state.clones.forget(agent)
        return state.live[agent] ?? []
      }, CordonError(.denied, "expelled", "The collector ended this agent's stream: it is revoked or quarantined."))
  }

  /// Stores heartbeats and sweeps for envelopes until the program stops; then ends every stream.
  package func run() async throws {
    await cancelWhenGracefulShutdown {
      var sinceSweep = Duration.zero
      while !Task.isCancelled {
        try? await ContinuousClock().sleep(for: Self.heartbeatDelay)
        await self.storeHeartbeats()
        sinceSweep += Self.heartbeatDelay
        if sinceSweep >= Self.sweepInterval {
          sinceSweep = .zero
          await self.sweep()
        }
      }
    }
    let all = state.withLock { state in
      state.isStopped = true
      return state.live.values.flatMap(\.self)
    }
    end(all, Self.stopping)
    await storeHeartbeats()
  }

  /// Stores the heartbeats that came since the last time; also what tests call instead of `run`.
  package func storeHeartbeats() async {
    let beats = state.withLock { state in
      defer { state.beats = [:] }
      return state.beats
    }
    do {
      try await context.store.recordHeartbeats(beats, at: context.now)
    } catch {
      context.logger.warning("heartbeats not stored", metadata: ["error": "\(error)"])
    }
  }

  // MARK: Private

  private static let stopping = CordonError(
    .unavailable, "stopping", "The collector is stopping.", remedy: "Connect again later.")

  private static func unknown(_ agent: AgentID) -> CordonError {
    CordonError(.denied, "agent-unknown", "The agent \(agent) is not enrolled here.", remedy: "Enrol it again.")
  }

  private func end(_ streams: [Live], _ why: CordonError) {
    for live in streams {
      live.signals.yield(.close(why))
      live.signals.finish()
    }
  }

  private func sweep() async {
    do {
      wake(try await context.store.agentsWithPendingOutbound(of: context.name))
    } catch {
      context.logger.warning("outbound not swept", metadata: ["error": "\(error)"])
    }
  }

  /// Puts what an agent lacks on its way: each roster after its own, the newest policy and trust bundle, and offers of
  /// models that it was never sent.
  private func enqueueMissing(for known: AgentRecord, _ greeting: AgentGreeting) async throws {
    let agent = known.id
    let open = try await context.store.openOutbound(of: agent)
    var drafts: [OutboundDraft] = []
    if greeting.rosterSerial < authority.roster.serial {
      let waiting = Set(open.map(\.envelope))
      let missing = try await context.store.authority(.roster).filter { $0.serial > greeting.rosterSerial }
      for roster in missing.reversed() where !waiting.contains(roster.envelope) {
        drafts.append(OutboundDraft(to: .agent(agent), type: EnvelopeType.roster.rawValue, envelope: roster.envelope))
      }
    }
    if let applied = authority.applied(to: known.group), applied.policy.serial > greeting.policySerial {
      let bytes = try applied.envelope.serialized()
      if !open.contains(where: { $0.envelope == bytes }) {
        drafts.append(
          OutboundDraft(
            to: .agent(agent), type: EnvelopeType.policy.rawValue, envelope: bytes, supersedesType: true))
      }
    }
    if let followed = trust.followed, followed.bundle.serial > greeting.trustSerial {
      let bytes = try followed.envelope.serialized()
      if !open.contains(where: { $0.envelope == bytes }) {
        drafts.append(
          OutboundDraft(to: .agent(agent), type: EnvelopeType.trust.rawValue, envelope: bytes, supersedesType: true))
      }
    }
    for offer in try await offersMissing(of: agent, group: known.group) {
      drafts.append(OutboundDraft(to: .agent(agent), type: offer.type, envelope: offer.envelope))
    }
    if !drafts.isEmpty { try await context.store.decide(Consequences(outbound: drafts), at: context.now) }
  }

  /// Offers that are out for an agent's ring and were never put on their way to it: it enrolled or changed its group since.
  private func offersMissing(of agent: AgentID, group: String) async throws -> [OfferRecord] {
    let offers = try await context.store.offersInForce()
    var missing: [OfferRecord] = []
    for same in Dictionary(grouping: offers, by: { [UInt32($0.role.rawValue), $0.schema] }).values {
      guard let offer = RingPlan.offer(for: group, among: same), offer.state == .sent,
        try await context.store.outbound(of: agent, envelope: offer.envelope) == nil
      else { continue }
      missing.append(offer)
    }
    return missing.sorted { $0.serial < $1.serial }
  }

  private func obey(_ directives: [CloneWatch.Directive], about agent: AgentID) async throws {
    for directive in directives {
      switch directive {
      case .close(let stream):
        end(
          state.withLock { $0.live[agent, default: []].filter { $0.stream == stream } },
          CordonError(.conflict, "superseded", "A newer stream of this agent took this one's place."))
      case .quarantine(let agent, let why):
        try await quarantine(agent, why: why)
        throw CordonError(
          .denied, "agent-quarantined", "The identity of agent \(agent) lives in two places: \(why).",
          remedy: "Find both machines, revoke the agent, and enrol each anew.")
      }
    }
  }

  private func quarantine(_ agent: AgentID, why: String) async throws {
    try await context.store.setState(
      of: agent, to: .quarantined, reason: why, at: context.now,
      Consequences(ledger: [context.record(.agentQuarantined, on: "agent/\(agent)", ["why": why])]))
    context.trust.revoke(.agent(agent))
    context.logger.error(
      "agent quarantined: its identity lives in two places", metadata: ["agent": "\(agent)", "why": "\(why)"])
    expel(agent)
  }
}
