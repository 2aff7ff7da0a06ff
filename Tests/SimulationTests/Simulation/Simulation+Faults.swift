import CordonAgent
import CordonCore

extension Simulation {
  /// Something goes wrong, and the next time is set.
  func strike() {
    guard !isCalm else { return }
    queue.schedule(.fault, at: now + random(plan.interval))
    guard let fault = plan.faults.randomElement(using: &randomness) else { return }
    let agent = agents[Int.random(in: 0..<agents.count, using: &randomness)]
    trace("fault", UInt64(Fault.allCases.firstIndex(of: fault) ?? 0), UInt64(agent.index))
    switch fault {
    case .cut: if let connection = agent.connection { cut(connection) }
    case .slow: slowUntil = now + random(.seconds(3))
    case .agentCrash:
      guard agent.spool != nil else { return }
      stopAgent(agent)
      queue.schedule(.startAgent(agent.index), at: now + random(.seconds(2)))
    case .collectorCrash:
      stopCollector()
      queue.schedule(.startCollector, at: now + random(.seconds(2)))
    case .agentDiskFull:
      agent.disk.isFull = true
      queue.schedule(.agentDiskFreed(agent.index), at: now + random(.seconds(2)))
    case .collectorDiskFull:
      collector.store.isFull = true
      queue.schedule(.collectorDiskFreed, at: now + random(.seconds(2)))
    case .clockJump: agent.skew = .seconds(Int.random(in: -86_400...86_400, using: &randomness))
    case .agentSnapshot: agent.snapshot = agent.disk.contents
    case .agentRestore: restore(agent)
    case .collectorSnapshot: collector.snapshot = collector.store
    case .collectorRestore: restoreCollector()
    case .limitsChange:
      collector.limits.batchRecords = Int.random(in: 1...20, using: &randomness)
      collector.limits.batchBytes = Int.random(in: 10...400, using: &randomness)
      collector.limits.inFlight = Int.random(in: 1...5, using: &randomness)
    }
  }

  private func restore(_ agent: SimulatedAgent) {
    guard let snapshot = agent.snapshot else { return }
    stopAgent(agent)
    oracle.reverted(agent: agent.index, to: snapshot.state)
    agent.disk.contents = snapshot
    queue.schedule(.startAgent(agent.index), at: now + random(.seconds(1)))
  }

  private func restoreCollector() {
    guard let snapshot = collector.snapshot else { return }
    stopCollector()
    oracle.collectorRestored(from: collector.store, to: snapshot)
    let isFull = collector.store.isFull
    collector.store = snapshot
    collector.store.isFull = isFull
    queue.schedule(.startCollector, at: now + random(.seconds(1)))
  }
}
