import CordonCore
import CordonTrust
import CordonWire
import GRPCCore
import Logging
import Synchronization

/// One stream's life: one task writes, one reads, one watches the time.
struct UplinkStream<Transport: ClientTransport>: Sendable {
  let service: UplinkService<Transport>
  private let answers = AnswerQueue()

  private var parts: UplinkService<Transport>.Parts { service.parts }
  private var spool: Spool { service.parts.spool }

  /// How often the time is looked at: heartbeats, pace, overdue answers.
  private static var tick: Duration { .seconds(1) }

  init(service: UplinkService<Transport>) { self.service = service }

  /// Returns or throws when the stream is over.
  func run(_ client: GRPCClient<Transport>) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await watch() }
      group.addTask { try await talk(client) }
      group.addTask {
        await parts.companion(client)
        // One that has nothing to do does not end the stream.
        while true { try await ContinuousClock().sleep(for: .seconds(3600)) }
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func watch() async throws {
    while true {
      try await ContinuousClock().sleep(for: Self.tick)
      if let overdue = service.machine.withLock({ $0.overdue(at: service.elapsed) }) { throw overdue }
      spool.added.raise()
    }
  }

  private func talk(_ client: GRPCClient<Transport>) async throws {
    var options = CallOptions.defaults
    // The back-off is ours: a collector that is away is an error at once.
    options.waitForReady = false
    let wakes = spool.added.listen()
    let request = StreamingClientRequest<Cordon_V1_AgentMessage> { writer in
      try await greet(writer)
      for await _ in wakes { try await send(writer) }
    }
    try await Cordon_V1_Uplink.Client(wrapping: client).boundedConnect(request: request, options: options) { response in
      for try await message in response.messages { try await receive(message) }
    }
  }

  private func greet(_ writer: RPCWriter<Cordon_V1_AgentMessage>) async throws {
    let positions = await spool.positions
    let hello = AgentMessages.hello(
      parts.agent, status: await parts.status.status, positions: positions, epoch: await spool.current,
      clock: parts.clock.now)
    service.machine.withLock { $0.opened(hello: positions, at: service.elapsed, wall: parts.clock.now) }
    try await writer.write(hello)
  }

  // MARK: Writing

  private func send(_ writer: RPCWriter<Cordon_V1_AgentMessage>) async throws {
    for answer in answers.take() { try await writer.write(answer) }
    let pulse = parts.status.pulse
    if service.machine.withLock({ $0.takeHeartbeat(at: service.elapsed, pulse: pulse) }) {
      try await writer.write(
        AgentMessages.heartbeat(
          parts.agent, status: await parts.status.status, depth: await spool.depth, clock: parts.clock.now))
    }
    while let allowance = service.machine.withLock({ $0.allowance(at: service.elapsed) }) {
      let leased = try await spool.lease(allowance.lanes, most: allowance.records, mostBytes: allowance.bytes)
      guard let batch = leased else { return }
      switch AgentMessages.batch(batch) {
      case .failure(let unsendable):
        // Counted and reported as lost; the lane is handed out again without it.
        try await spool.lose(unsendable.sequence, of: batch.place)
      case .success(let message):
        service.machine.withLock {
          $0.sent(batch.place, through: batch.through, records: batch.records.count, at: service.elapsed)
        }
        try await writer.write(message)
      }
    }
  }

  // MARK: Reading

  private func receive(_ message: Cordon_V1_CollectorMessage) async throws {
    switch try CollectorMeaning(message) {
    case nil: parts.logger.debug("unknown message of the collector passed over")
    case .directive(let id, let envelope):
      guard service.isConnected else {
        throw CordonError(.invalid, "uplink-out-of-turn", "The collector sent a directive before its Welcome.")
      }
      try answers.add(AgentMessages.result(of: id, await verdict(on: envelope, directive: id)))
    case .input(let input, let checkpoint):
      let directives = service.machine.withLock {
        $0.receive(input, at: service.elapsed, wall: parts.clock.now)
      }
      for directive in directives { try await perform(directive) }
      if !checkpoint.isEmpty { await parts.status.saw(checkpoint: checkpoint) }
    }
    // What was answered or became free may now go out.
    spool.added.raise()
  }

  private func verdict(on envelope: Result<Envelope, CordonError>, directive id: UInt64) async -> DirectiveVerdict {
    switch envelope {
    case .success(let envelope): await parts.directives.obey(envelope, directive: id)
    case .failure(let error) where error.code == "unknown-type": .unsupported
    case .failure(let error): .refused(error)
    }
  }

  private func perform(_ directive: UplinkDirective) async throws {
    switch directive {
    case .reconcile(let hello, let watermarks):
      let found = try await spool.reconcile(hello: hello, watermarks: watermarks)
      if found.isForked { parts.logger.warning("this machine went back in time; a new spool epoch begins") }
      if !found.lostByCollector.isEmpty {
        let lost = found.lostByCollector.values.reduce(0, +)
        parts.logger.warning("the collector lost what it had acknowledged", metadata: ["records": "\(lost)"])
      }
      parts.logger.info("uplink connected")
    case .acknowledge(let position):
      do {
        try await spool.acknowledge(position)
      } catch {
        // A full disk cannot delete either; the spool records it with a later lease.
        parts.logger.warning("an acknowledgement was not recorded", metadata: ["error": "\(error)"])
      }
    case .setAside(let place, let sequence, let code, let message):
      try await spool.setAside(sequence, of: place, code: code, message: message)
      parts.logger.warning("the collector refused a record", metadata: ["code": "\(code)", "lane": "\(place.lane)"])
    case .close(let error): throw error
    }
  }
}

/// Answers to directives, until the writing task takes them.
private final class AnswerQueue: Sendable {
  /// Answers that wait, at most: a collector that never reads is given up.
  static let most = 256
  private let answers = Mutex<[Cordon_V1_AgentMessage]>([])

  func add(_ answer: Cordon_V1_AgentMessage) throws(CordonError) {
    try answers.withLock { answers throws(CordonError) in
      guard answers.count < Self.most else {
        throw CordonError(.exhausted, "uplink-answers", "The collector sends directives and does not read answers.")
      }
      answers.append(answer)
    }
  }

  func take() -> [Cordon_V1_AgentMessage] {
    answers.withLock { answers in
      defer { answers = [] }
      return answers
    }
  }
}
