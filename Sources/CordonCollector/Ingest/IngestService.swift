package import CordonCore
import ServiceLifecycle
import Synchronization

/// The collector's intake: takes batches from all streams, commits them in groups, and answers after the commit.
///
/// `run` must be running while streams are open. Of one stream, the caller awaits each answer before it submits the next
/// batch, so that a lane's batches arrive in order and at most one a stream waits here.
package final class IngestService: Service, Sendable {
  /// Looks at what was just committed, in order, on the committing task: the next commit waits for it.
  ///
  /// It is not called again for a group after a crash; what must see every record reads the store at its start.
  package typealias Observer = @Sendable (_ stored: [NumberedBatch]) async -> Void

  private struct State {
    var machine: IngestMachine
    var answers: [UInt64: CheckedContinuation<IngestReply, any Error>] = [:]
    /// Submitters that wait for room, by an id that only serves to find them again.
    var room: [CheckedContinuation<Void, Never>] = []
    var isStopped = false
    var pacer: IngestPacer
    /// Of the last commit, where it failed.
    var failure: CordonError?
  }

  private let store: any IngestStore
  private let clock: any WallClock
  private let observer: Observer
  private let state: Mutex<State>
  private let origin = ContinuousClock.now
  private let wakes: AsyncStream<Void>
  private let waker: AsyncStream<Void>.Continuation

  package init(
    store: any IngestStore, clock: any WallClock, settings: IngestSettings = IngestSettings(),
    observer: @escaping Observer = { _ in }
  ) {
    self.store = store
    self.clock = clock
    self.observer = observer
    state = Mutex(State(machine: IngestMachine(settings: settings), pacer: IngestPacer(settings)))
    (wakes, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  package var settings: IngestSettings { state.withLock { $0.machine.settings } }
  package var counters: IngestCounters { state.withLock { $0.machine.counters } }

  /// What agents are held to now: the settings' limits, or less while commits fall behind.
  package var limits: UplinkLimits { state.withLock { $0.pacer.limits(at: elapsed) } }

  /// Why nothing can be stored now; nil while all is well.
  package var trouble: CordonError? { state.withLock { $0.isStopped ? Self.stopping : $0.failure } }

  /// Takes other limits; agents are told with their next acknowledgement.
  ///
  /// Records a batch stay as they were: what a message may hold is fixed when the servers start.
  package func replaceLimits(_ limits: UplinkLimits) {
    state.withLock { state in
      state.machine.settings.limits.recordsPerSecond = limits.recordsPerSecond
      state.machine.settings.limits.inFlight = limits.inFlight
      state.pacer = IngestPacer(state.machine.settings)
    }
  }

  /// Begins an agent's stream: call it at Hello, and `close` when the stream ends, whatever ended it.
  ///
  /// - Returns: the durable watermark of each position that the Hello named, for the Welcome.
  package func open(_ agent: AgentID, asked: [LanePosition]) async throws -> [LanePosition] {
    var opening = state.withLock { $0.machine.beginOpening(agent) }
    while case .load(let mark) = opening {
      let loaded = try await store.watermarks(of: agent)
      opening = state.withLock { state in
        state.machine.open(agent, loaded: loaded, asOf: mark) ? .known : .load(mark: state.machine.forgotten)
      }
    }
    return state.withLock { $0.machine.watermarks(of: agent, asked: asked) }
  }

  /// Ends an agent's stream.
  package func close(_ agent: AgentID) { state.withLock { $0.machine.close(agent) } }

  /// Takes one batch; returns when what can be stored of it is durable.
  ///
  /// - Throws: `CordonError` where the batch is impossible, the stream is not open, the commit failed, or the collector
  ///   is stopping; the stream is to be ended, and the agent sends again what was not acknowledged.
  package func submit(_ batch: IncomingBatch, from agent: AgentID) async throws -> IngestReply {
    await waitForRoom()
    return try await withCheckedThrowingContinuation { continuation in
      let settled: Result<IngestReply, any Error>? = state.withLock { state in
        guard !state.isStopped else { return .failure(Self.stopping) }
        let decision = state.machine.receive(batch, from: agent, at: elapsed)
        state.pacer.saw(pending: state.machine.pendingRecords)
        switch decision {
        case .answer(let reply): return .success(reply)
        case .refuse(let error): return .failure(error)
        case .wait(let ticket):
          state.answers[ticket] = continuation
          return nil
        }
      }
      if let settled { continuation.resume(with: settled) } else { waker.yield() }
    }
  }

  /// Commits groups until the program stops, then what still waits.
  package func run() async throws {
    await withGracefulShutdownHandler {
      for await _ in wakes { await commitDue() }
    } onGracefulShutdown: {
      self.waker.finish()
    }
    await commitDue()
    stop()
  }

  // MARK: Private

  private static let stopping = CordonError(
    .unavailable, "ingest-stopping", "The collector is stopping and takes no further batch.",
    remedy: "Connect again later; nothing that was acknowledged is lost.")

  /// How often a waiting group is looked at: it may have grown full before its time is up.
  private static let slice = Duration.milliseconds(1)

  private var elapsed: Duration { ContinuousClock.now - origin }

  private func commitDue() async {
    while true {
      switch state.withLock({ $0.machine.nextStep(at: elapsed) }) {
      case .rest: return
      case .sleep(let duration):
        // A cancelled sleep returns at once, and what waits is committed without delay.
        try? await ContinuousClock().sleep(for: min(duration, Self.slice))
      case .commit(let batches): await commit(batches)
      }
    }
  }

  private func commit(_ batches: [NumberedBatch]) async {
    var failures: [AgentID: CordonError] = [:]
    var stored = batches
    let failure = await failure(of: batches)
    // A stale watermark is its agent's trouble, not the store's.
    if !batches.isEmpty { state.withLock { $0.failure = failure?.kind == .conflict ? nil : failure } }
    if let failure {
      let agents = Set(batches.map(\.agent))
      // One agent's stale watermark must not cost the others their group.
      if failure.kind == .conflict, agents.count > 1 {
        for agent in agents.sorted() {
          failures[agent] = await self.failure(of: batches.filter { $0.agent == agent })
        }
      } else {
        for agent in agents { failures[agent] = failure }
      }
      stored.removeAll { failures[$0.agent] != nil }
    }
    settle(failures)
    if !stored.isEmpty { await observer(stored) }
  }

  private func failure(of batches: [NumberedBatch]) async -> CordonError? {
    guard !batches.isEmpty else { return nil }
    do {
      try await store.commit(batches, at: clock.now)
      return nil
    } catch let error as CordonError {
      return error
    } catch {
      return CordonError(
        .unavailable, "ingest-commit-failed", "The collector's store refused a commit: \(error).",
        remedy: "Look at the store's disk; agents keep their records until it works again.")
    }
  }

  private func settle(_ failures: [AgentID: CordonError]) {
    let (answers, room) = state.withLock { state in
      let answers = state.machine.finish(failures: failures).map {
        (state.answers.removeValue(forKey: $0.ticket), $0.reply)
      }
      let room = state.room
      state.room = []
      return (answers, room)
    }
    for (continuation, reply) in answers { continuation?.resume(with: reply.mapError { $0 as any Error }) }
    for continuation in room { continuation.resume() }
  }

  private func waitForRoom() async {
    while true {
      let isFull = state.withLock { $0.machine.isFull && !$0.isStopped }
      guard isFull else { return }
      await withCheckedContinuation { continuation in
        let goOn = state.withLock { state in
          guard state.machine.isFull, !state.isStopped else { return true }
          state.room.append(continuation)
          return false
        }
        if goOn { continuation.resume() }
      }
    }
  }

  private func stop() {
    let (answers, room) = state.withLock { state in
      state.isStopped = true
      defer { (state.answers, state.room) = ([:], []) }
      return (Array(state.answers.values), state.room)
    }
    for continuation in answers { continuation.resume(throwing: Self.stopping) }
    for continuation in room { continuation.resume() }
  }
}
