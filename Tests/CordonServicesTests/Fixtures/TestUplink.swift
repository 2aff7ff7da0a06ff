import CordonCore
import CordonTestSupport
import CordonTrust
import CordonWire
import GRPCCore
import GRPCInProcessTransport
import Synchronization

/// An agent's end of its stream, by hand.
struct TestUplink: Sendable {
  let writer: RPCWriter<Cordon_V1_AgentMessage>
  fileprivate let messages: MessageQueue

  /// The next message of the collector; nil where the stream ended. Fails after ten seconds.
  func next() async throws -> Cordon_V1_CollectorMessage? { try await messages.next() }

  func send(_ body: Cordon_V1_AgentMessage.OneOf_Body) async throws {
    var message = Cordon_V1_AgentMessage()
    message.body = body
    try await writer.write(message)
  }

  /// Sends records as one batch of an epoch, numbered from `first`.
  func send(_ records: [Record], lane: Lane, first: UInt64 = 1, epoch: UInt64 = 1) async throws {
    var batch = Cordon_V1_Batch()
    batch.lane = Cordon_V1_Lane(lane)
    batch.epoch = epoch
    batch.firstSequence = first
    batch.records = records.map(Cordon_V1_Record.init)
    try await send(.batch(batch))
  }

  /// The next message that is a directive; others are passed over.
  func directive() async throws -> Cordon_V1_Directive? {
    while let message = try await next() {
      if case .directive(let directive) = message.body { return directive }
    }
    return nil
  }

  /// The next message that is an acknowledgement; others are passed over.
  func ack() async throws -> Cordon_V1_Ack? {
    while let message = try await next() {
      if case .ack(let ack) = message.body { return ack }
    }
    return nil
  }

  func answer(
    _ directive: Cordon_V1_Directive, _ status: Cordon_V1_DirectiveResult.Status = .accepted
  ) async throws {
    var result = Cordon_V1_DirectiveResult()
    result.id = directive.id
    result.status = status
    try await send(.directiveResult(result))
  }

  static func hello(boot: String = "b1", policy: UInt64 = 0, roster: UInt64 = 2) -> Cordon_V1_Hello {
    var hello = Cordon_V1_Hello()
    hello.protocol = UplinkLimits.protocolVersion
    hello.version = "test"
    hello.epoch = 1
    hello.bootID = boot
    hello.clockMs = 0
    hello.policySerial = policy
    hello.rosterSerial = roster
    return hello
  }
}

/// What came over the stream and was not asked for yet.
private final class MessageQueue: Sendable {
  let stream: AsyncThrowingStream<Cordon_V1_CollectorMessage, any Error>
  let continuation: AsyncThrowingStream<Cordon_V1_CollectorMessage, any Error>.Continuation

  init() { (stream, continuation) = AsyncThrowingStream.makeStream(bufferingPolicy: .bufferingOldest(1_000)) }

  func next() async throws -> Cordon_V1_CollectorMessage? {
    try await withThrowingTaskGroup(of: Cordon_V1_CollectorMessage?.self) { group in
      group.addTask { [stream] in
        var iterator = stream.makeAsyncIterator()
        return try await iterator.next()
      }
      group.addTask {
        try await Task.sleep(for: .seconds(10))
        throw CordonError(.unavailable, "test-timeout", "The collector said nothing for ten seconds.")
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
  }
}

extension TestCollector {
  /// Opens an uplink, says hello, and hands the stream to the body; ends it afterwards.
  func connected<Value: Sendable>(
    _ machine: TestMachine, hello: Cordon_V1_Hello? = TestUplink.hello(),
    _ body: @Sendable @escaping (TestUplink) async throws -> Value
  ) async throws -> Value {
    let now = clock.now
    return try await calling(as: machine.peer) { client in
      let queue = MessageQueue()
      let outcome = Mutex<Result<Value, any Error>?>(nil)
      let ending = Mutex<(any Error)?>(nil)
      let request = StreamingClientRequest<Cordon_V1_AgentMessage> { writer in
        let uplink = TestUplink(writer: writer, messages: queue)
        do {
          if var hello {
            if hello.clockMs == 0 { hello.clockMs = now.milliseconds }
            try await uplink.send(.hello(hello))
          }
          let value = try await body(uplink)
          outcome.withLock { $0 = .success(value) }
        } catch {
          outcome.withLock { $0 = .failure(error) }
        }
      }
      do {
        try await Cordon_V1_Uplink.Client(wrapping: client).connect(request: request) { response in
          do {
            for try await message in response.messages { queue.continuation.yield(message) }
            queue.continuation.finish()
          } catch {
            let reason: any Error = (error as? RPCError).map { CordonError($0) } ?? error
            ending.withLock { $0 = reason }
            queue.continuation.finish(throwing: reason)
          }
        }
      } catch {
        queue.continuation.finish(throwing: error)
        if outcome.withLock({ $0 == nil }) { throw error }
      }
      guard let result = outcome.withLock({ $0 }) else {
        throw CordonError(.defect, "test", "The uplink's body did not end.")
      }
      // The end of the RPC cancels the body too, which may notice that first: the reason is the stream's.
      if case .failure(let error) = result, error is CancellationError, let reason = ending.withLock({ $0 }) {
        throw reason
      }
      return try result.get()
    }
  }
}
