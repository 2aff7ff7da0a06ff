package import CordonCollector
import CordonCore
import CordonTrust
package import CordonWire
package import GRPCCore
package import Logging

/// `Uplink` over gRPC: one stream an agent.
///
/// The agent is whom its certificate names; nothing within a message can say otherwise. One task reads and answers, one
/// delivers what is on its way to the agent; when either ends, so does the stream.
package struct UplinkAdapter: Cordon_V1_Uplink.SimpleServiceProtocol {
  private let domain: CollectorDomain
  private let checkpoint: @Sendable () -> String
  private let logger: Logger

  /// - Parameter checkpoint: the newest signed note of the ledger; empty before the first.
  package init(_ domain: CollectorDomain, checkpoint: @escaping @Sendable () -> String, logger: Logger) {
    self.domain = domain
    self.checkpoint = checkpoint
    self.logger = logger
  }

  /// As generated, but for the decoder: an agent's messages are counted before they take memory.
  package func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
    registerBoundedMethods(with: &router, batchRecords: domain.ingest.settings.limits.batchRecords)
  }

  package func connect(
    request: RPCAsyncSequence<Cordon_V1_AgentMessage, any Error>, response: RPCWriter<Cordon_V1_CollectorMessage>,
    context: ServerContext
  ) async throws {
    let agent = try context.peer.agentID
    let (opened, opener) = AsyncStream.makeStream(of: AgentSession.self, bufferingPolicy: .bufferingNewest(1))
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await converse(agent, request, response) { opener.yield($0) } }
        group.addTask {
          for await session in opened { try await deliver(session, response) }
        }
        // Whichever ends first ends the other: the agent hung up, or its stream is to be closed.
        try await group.next()
        group.cancelAll()
      }
    } catch {
      logger.info("uplink ended", metadata: ["agent": "\(agent)", "error": "\(error)"])
      throw error
    }
  }

  /// Hello, welcome, and then all that the agent says, until it hangs up.
  private func converse(
    _ agent: AgentID, _ request: RPCAsyncSequence<Cordon_V1_AgentMessage, any Error>,
    _ response: RPCWriter<Cordon_V1_CollectorMessage>, opened: (AgentSession) -> Void
  ) async throws {
    var messages = request.makeAsyncIterator()
    guard let first = try await messages.next(), case .hello(let hello) = first.body else {
      throw CordonError(.invalid, "hello", "An uplink begins with a hello.")
    }
    let greeting = try hello.domain()
    let session = try await domain.hub.open(agent, greeting)
    var isTaking = false
    do {
      let watermarks = try await domain.ingest.open(agent, asked: greeting.lanes)
      isTaking = true
      let limits = domain.ingest.limits
      try await response.write(
        .welcome(watermarks, limits, collector: domain.context.name, at: domain.context.clock.now))
      opened(session)
      try await read(session, limits, &messages, response)
    } catch {
      await end(session, isTaking: isTaking)
      throw error
    }
    await end(session, isTaking: isTaking)
  }

  private func end(_ session: AgentSession, isTaking: Bool) async {
    if isTaking { domain.ingest.close(session.agent) }
    await domain.hub.close(session)
  }

  private func read(
    _ session: AgentSession, _ welcomed: UplinkLimits,
    _ messages: inout RPCAsyncSequence<Cordon_V1_AgentMessage, any Error>.AsyncIterator,
    _ response: RPCWriter<Cordon_V1_CollectorMessage>
  ) async throws {
    var told = ""
    var pace = welcomed
    while let message = try await messages.next() {
      try await domain.hub.heard(session)
      switch message.body {
      case .batch(let batch):
        let own = try batch.domain().confined(
          to: session.label, under: domain.authority.policy(of: session.group))
        let reply = try await domain.ingest.submit(own, from: session.agent)
        for refusal in reply.refusals { try await response.write(.refusal(refusal)) }
        let newest = checkpoint()
        try await response.write(
          .ack(reply.acknowledged, checkpoint: newest == told ? "" : newest, at: domain.context.clock.now))
        told = newest
        let limits = domain.ingest.limits
        if limits != pace { try await response.write(.pace(limits)) }
        pace = limits
      case .heartbeat(let beat):
        domain.hub.heartbeat(session, beat.domain())
        domain.hub.addresses(session, beat.ownAddresses)
      case .directiveResult(let result): try await answer(result, session)
      case .hello: throw CordonError(.invalid, "hello", "An uplink has one hello.")
      case nil:
        throw CordonError(.invalid, "unknown-message", "The agent sent a message that this collector does not know.")
      }
    }
  }

  private func answer(_ result: Cordon_V1_DirectiveResult, _ session: AgentSession) async throws {
    let answer: OutboundRecord.Answer
    switch result.status {
    case .accepted: answer = .accepted
    case .refused: answer = .refused
    case .unsupported: answer = .unsupported
    case .unspecified, .UNRECOGNIZED:
      throw CordonError(.invalid, "directive-result", "The agent answered a directive without saying how.")
    }
    try await domain.hub.answered(
      result.id, by: session, answer, code: result.code, message: result.message)
  }

  /// Sends what waits for the agent, in order, each once a stream; what it does not answer comes again on the next.
  private func deliver(_ session: AgentSession, _ response: RPCWriter<Cordon_V1_CollectorMessage>) async throws {
    var through: UInt64 = 0
    for await signal in session.signals {
      switch signal {
      case .close(let why): throw why
      case .deliver:
        while true {
          let waiting = try await domain.hub.outbound(for: session, after: through)
          guard let last = waiting.last else { break }
          for row in waiting {
            var message = Cordon_V1_CollectorMessage()
            message.directive.id = row.serial
            message.directive.envelope = Cordon_V1_Envelope(try Envelope(serialized: row.envelope))
            try await response.write(message)
            try await domain.hub.delivered(row.serial, to: session)
          }
          through = last.serial
        }
      }
    }
  }
}
