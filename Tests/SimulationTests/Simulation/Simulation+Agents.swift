import CordonAgent
import CordonCore
import CordonTestSupport

extension Simulation {
  func wall(_ agent: SimulatedAgent) -> Timestamp { FakeClock.start.advanced(by: now + agent.skew) }

  func startAgent(_ index: Int) {
    let agent = agents[index]
    guard agent.spool == nil else { return }
    do {
      agent.spool = try RecordSpool(storage: agent.disk, limits: SimulatedAgent.limits, randomness: &randomness)
      agent.machine = UplinkMachine(settings: SimulatedAgent.settings, at: now)
      trace("agent starts", UInt64(index))
    } catch {
      // The service manager tries again.
      queue.schedule(.startAgent(index), at: now + .seconds(1))
    }
  }

  func stopAgent(_ agent: SimulatedAgent) {
    trace("agent stops", UInt64(agent.index))
    agent.spool = nil
    if let connection = agent.connection { cut(connection) }
    agent.connection = nil
  }

  func append(_ agent: SimulatedAgent) {
    guard !isCalm else { return }
    queue.schedule(.append(agent.index), at: now + random(plan.appendInterval))
    guard var spool = agent.spool else { return }
    let contents = (0..<Int.random(in: 1...plan.largestAppend, using: &randomness)).map { _ in
      defer { nextContent += 1 }
      let lane: Lane = chance(3, in: 4) ? .window : chance(1, in: 2) ? .detection : .outcome
      let isPoisoned = plan.poisonEvery > 0 && chance(1, in: plan.poisonEvery)
      return Content(number: nextContent, lane: lane, isPoisoned: isPoisoned)
    }
    // The copy would hold the state's storage in common with the agent's.
    agent.spool = nil
    let before = spool.state
    do {
      let appended = try spool.append(contents.map { ($0.lane, $0.bytes) }, at: wall(agent))
      note(contents, turnedAway: appended.dropped.values.reduce(0, +), agent, before: before, after: spool.state)
    } catch {
      oracle.turnedAway += contents.count
    }
    agent.spool = spool
    pump(agent)
  }

  /// Which of the contents entered is seen by the numbers that were given.
  private func note(
    _ contents: [Content], turnedAway: Int, _ agent: SimulatedAgent, before: SpoolState, after: SpoolState
  ) {
    oracle.turnedAway += turnedAway
    guard let epoch = after.current else { return }
    for lane in Lane.allCases {
      let first = before[epoch, lane]?.numbered ?? 0
      let numbered = after[epoch, lane]?.numbered ?? 0
      for (index, content) in contents.filter({ $0.lane == lane }).enumerated() where UInt64(index) < numbered - first {
        oracle.entered(
          content, agent: agent.index, place: SpoolPlace(epoch, lane), sequence: first + UInt64(index) + 1)
      }
    }
    trace("append", UInt64(agent.index), UInt64(contents.count - turnedAway))
  }

  func tick(_ agent: SimulatedAgent) {
    guard agent.spool != nil else { return }
    if chance(1, in: 20) { try? agent.spool?.expire(at: wall(agent)) }
    if case .waiting = agent.machine.state {
      if agent.machine.connect(at: now) == .zero { connect(agent) }
      return
    }
    if agent.machine.overdue(at: now) != nil {
      hangUp(agent)
      return
    }
    pump(agent)
  }

  private func connect(_ agent: SimulatedAgent) {
    guard collector.machine != nil else {
      agent.machine.ended(at: now, randomness: &randomness)
      return
    }
    let connection = Connection(id: nextConnection, agent: agent.index)
    nextConnection += 1
    agent.connection = connection
    collector.connections[connection.id] = connection
    queue.schedule(.connected(connection), at: now + delay())
  }

  func connected(_ connection: Connection) {
    let agent = agents[connection.agent]
    guard agent.connection === connection, let spool = agent.spool, !connection.isCut else { return }
    let positions = spool.state.positions
    agent.machine.opened(hello: positions, at: now, wall: wall(agent))
    trace("hello", UInt64(connection.id), UInt64(positions.count))
    send(.hello(positions), on: connection)
  }

  /// The agent gives its stream up; what it had sent still arrives, and the collector notices later.
  func hangUp(_ agent: SimulatedAgent) {
    trace("hang up", UInt64(agent.index))
    if let connection = agent.connection {
      connection.isOpenAtAgent = false
      queue.schedule(.collectorNotices(connection), at: now + random(.seconds(4)))
    }
    agent.connection = nil
    agent.spool?.rewind()
    agent.machine.ended(at: now, randomness: &randomness)
  }

  func agentNotices(_ connection: Connection) {
    let agent = agents[connection.agent]
    guard agent.connection === connection, agent.spool != nil else { return }
    hangUp(agent)
  }

  /// Sends whatever may be sent, as the shell does.
  func pump(_ agent: SimulatedAgent) {
    guard let connection = agent.connection, agent.spool != nil else { return }
    if agent.machine.takeHeartbeat(at: now) { send(.heartbeat, on: connection) }
    while let allowance = agent.machine.allowance(at: now) {
      do {
        let leased = try agent.spool?.lease(allowance.lanes, most: allowance.records, mostBytes: allowance.bytes)
        guard let batch = leased ?? nil else { return }
        agent.machine.sent(batch.place, through: batch.through, records: batch.records.count, at: now)
        trace("batch", UInt64(connection.id), batch.first, batch.through)
        send(.batch(batch), on: connection)
      } catch {
        hangUp(agent)
        return
      }
    }
  }

  func arrived(_ message: ToAgent, on connection: Connection) {
    let agent = agents[connection.agent]
    guard agent.connection === connection, !connection.isCut, agent.spool != nil else { return }
    switch message {
    case .directive(let id, let envelope):
      guard agent.machine.isStreaming else { return hangUp(agent) }
      let verdict = agent.obey(envelope, scripted.authority)
      trace("directive", id, verdict == .accepted ? 1 : 0)
      send(.answer(id, verdict), on: connection)
    case .input(let input):
      for directive in agent.machine.receive(input, at: now, wall: wall(agent)) {
        guard perform(directive, agent) else { return hangUp(agent) }
      }
    }
    pump(agent)
  }

  /// False where the stream is to end.
  private func perform(_ directive: UplinkDirective, _ agent: SimulatedAgent) -> Bool {
    do {
      switch directive {
      case .reconcile(let hello, let watermarks):
        let found = try agent.spool?.reconcile(hello: hello, watermarks: watermarks, randomness: &randomness)
        trace("reconcile", UInt64(agent.index), UInt64(found?.lostByCollector.count ?? 0))
      case .acknowledge(let position):
        // A full disk cannot delete; the spool records it with a later lease.
        _ = try? agent.spool?.acknowledge(position)
      case .setAside(let place, let sequence, let code, let message):
        try agent.spool?.setAside(sequence, of: place, code: code, message: message)
      case .close: return false
      }
      return true
    } catch {
      return false
    }
  }
}
