import CordonAgent
import CordonCollector
import CordonCore
import CordonTestSupport

extension Simulation {
  func startCollector() {
    guard collector.machine == nil else { return }
    trace("collector starts")
    collector.machine = IngestMachine(settings: SimulatedCollector.settings)
  }

  /// Everything in memory is gone; a commit under way is either done or not.
  func stopCollector() {
    guard collector.machine != nil else { return }
    trace("collector stops")
    if !collector.underWay.isEmpty, chance(1, in: 2) { apply(collector.underWay) }
    collector.underWay = []
    collector.machine = nil
    collector.life += 1
    collector.tickets = [:]
    for id in collector.connections.keys.sorted() {
      if let connection = collector.connections[id] { cut(connection) }
    }
    collector.connections = [:]
  }

  func arrived(_ message: ToCollector, on connection: Connection) {
    guard collector.connections[connection.id] === connection, !connection.isCut else { return }
    connection.inbox.append(message)
    read(connection)
  }

  func collectorNotices(_ connection: Connection) {
    guard collector.connections.removeValue(forKey: connection.id) != nil else { return }
    if connection.collector == .open { collector.machine?.close(agents[connection.agent].id) }
    connection.collector = .closed
    connection.inbox = []
  }

  /// The collector ends a stream.
  private func end(_ connection: Connection) {
    collectorNotices(connection)
    cut(connection)
  }

  /// Takes what came in order; a batch is answered before the next is looked at.
  private func read(_ connection: Connection) {
    while !connection.isBusy, collector.connections[connection.id] === connection, !connection.inbox.isEmpty {
      switch connection.inbox.removeFirst() {
      case .hello(let asked): open(connection, asked)
      case .heartbeat: break
      case .answer(let id, let verdict):
        if let index = outbound.firstIndex(where: { $0.id == id && $0.agent == connection.agent }) {
          outbound[index].answer = verdict
        }
      case .batch(let batch): take(batch, on: connection)
      }
    }
  }

  private func open(_ connection: Connection, _ asked: [LanePosition]) {
    guard connection.collector == .fresh else { return end(connection) }
    connection.collector = .loading(asked)
    connection.isBusy = true
    switch collector.machine?.beginOpening(agents[connection.agent].id) {
    case .known: welcome(connection, asked)
    case .load(let mark): load(connection, mark)
    case nil: break
    }
  }

  private func load(_ connection: Connection, _ mark: UInt64) {
    let positions = collector.store.watermarks(of: agents[connection.agent].id)
    queue.schedule(.loaded(connection, positions, mark: mark, life: collector.life), at: now + delay())
  }

  func loaded(_ connection: Connection, _ positions: [LanePosition], _ mark: UInt64) {
    guard collector.connections[connection.id] === connection, case .loading(let asked) = connection.collector,
      let isOpen = collector.machine?.open(agents[connection.agent].id, loaded: positions, asOf: mark)
    else { return }
    if isOpen { welcome(connection, asked) } else { load(connection, collector.machine?.forgotten ?? 0) }
  }

  private func welcome(_ connection: Connection, _ asked: [LanePosition]) {
    guard let machine = collector.machine else { return }
    connection.collector = .open
    connection.isBusy = false
    let agent = agents[connection.agent]
    trace("welcome", UInt64(connection.id))
    send(
      .input(
        .welcome(
          .init(
            protocolVersion: UplinkLimits.protocolVersion, serverTime: FakeClock.start.advanced(by: now),
            limits: collector.limits, watermarks: machine.watermarks(of: agent.id, asked: asked)))), on: connection)
    for row in outbound where row.agent == connection.agent && row.answer == nil {
      send(.directive(row.id, row.envelope), on: connection)
    }
    read(connection)
  }

  private func take(_ batch: SpoolBatch, on connection: Connection) {
    guard connection.collector == .open else { return end(connection) }
    let incoming = IncomingBatch(
      lane: batch.place.lane, epoch: batch.place.epoch, firstSequence: batch.first,
      records: batch.records.map { Content(bytes: $0.bytes).decoded }, skipped: batch.skipped)
    switch collector.machine?.receive(incoming, from: agents[connection.agent].id, at: now) {
    case .answer(let reply): answer(connection, reply)
    case .refuse(let error):
      if error.code != "ingest-not-open" { oracle.faults.append("an honest batch was refused: \(error)") }
      end(connection)
    case .wait(let ticket):
      collector.tickets[ticket] = connection
      connection.isBusy = true
      commitDue()
    case nil: break
    }
  }

  private func answer(_ connection: Connection, _ reply: IngestReply) {
    let position = reply.acknowledged
    let lane = StoredLane(
      agent: agents[connection.agent].id, place: .init(epoch: position.epoch, lane: position.lane))
    if collector.store.watermarks[lane, default: 0] < position.through {
      oracle.faults.append("\(position) was acknowledged and is not stored")
    }
    for refusal in reply.refusals {
      send(
        .input(
          .refused(
            SpoolPlace(refusal.epoch, refusal.lane), sequence: refusal.sequence, code: refusal.reason.code,
            message: refusal.reason.message)), on: connection)
    }
    trace("acknowledge", UInt64(connection.id), position.through)
    send(.input(.acknowledged(position, serverTime: FakeClock.start.advanced(by: now))), on: connection)
  }

  // MARK: Commits

  func commitDue() {
    switch collector.machine?.nextStep(at: now) {
    case .commit(let batches):
      collector.underWay = batches
      queue.schedule(.committed(batches, life: collector.life), at: now + delay())
    case .sleep(let duration): queue.schedule(.collectorWakes(life: collector.life), at: now + duration)
    case .rest, nil: break
    }
  }

  /// As the shell does: a conflict costs its own agent alone.
  func committed(_ batches: [NumberedBatch]) {
    collector.underWay = []
    var failures: [AgentID: CordonError] = [:]
    if let failure = apply(batches) {
      let agents = Set(batches.map(\.agent))
      if failure.kind == .conflict {
        oracle.faults.append("a watermark moved although one collector alone writes")
        for agent in agents.sorted() { failures[agent] = apply(batches.filter { $0.agent == agent }) }
      } else {
        for agent in agents { failures[agent] = failure }
      }
    }
    trace("committed", UInt64(batches.count), UInt64(failures.count))
    for (ticket, reply) in collector.machine?.finish(failures: failures) ?? [] {
      guard let connection = collector.tickets.removeValue(forKey: ticket) else { continue }
      connection.isBusy = false
      guard collector.connections[connection.id] === connection else { continue }
      switch reply {
      case .success(let reply):
        answer(connection, reply)
        read(connection)
      case .failure: end(connection)
      }
    }
    commitDue()
  }

  @discardableResult
  private func apply(_ batches: [NumberedBatch]) -> CordonError? {
    do throws(CordonError) {
      try collector.store.commit(batches)
    } catch {
      return error
    }
    for batch in batches { for record in batch.records { oracle.stored(Content.number(of: record.record)) } }
    return nil
  }
}
