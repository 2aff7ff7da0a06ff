import CordonCore
import CordonRuntime
import CordonTrust
import CordonWire
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Synchronization

/// An agent without a machine: its own certificate, its own connection, numbered batches of windows at a steady pace.
struct VirtualAgent {
  /// What the whole fleet saw.
  final class Tally: Sendable {
    struct State {
      var connected = 0
      var sent: UInt64 = 0
      var acknowledged: UInt64 = 0
      var refused: UInt64 = 0
      var delays: [Duration] = []
      var failures: [String] = []
    }

    private let state = Mutex(State())

    var now: State { state.withLock { $0 } }

    func note(_ change: (inout sending State) -> Void) { state.withLock { change(&$0) } }
  }

  let number: Int
  let identity: LiveIdentity
  let site: BenchSite
  let endpoint: NetworkEndpoint
  let batchRecords: Int
  /// Batches that it sends, and the time between two.
  let batches: Int
  let interval: Duration

  /// Says hello, tells that it is welcome, waits for the start, sends everything, and stays until all is acknowledged.
  func run(_ tally: Tally, start: Broadcast, welcomed: @escaping @Sendable () -> Void) async throws {
    let transport = try ClientTransports.mutual(
      to: endpoint, as: identity,
      guardian: ConnectionGuardian(
        trust: site.trust, clock: SystemClock(), accepting: [.collector], usage: .server))
    let records = BenchRecords.records(batchRecords, agent: number, at: SystemClock().now)
    let (ends, ended) = AsyncStream.makeStream(of: Void.self)
    // When each batch went out, by the number of its last record.
    let sentAt = Mutex<[UInt64: ContinuousClock.Instant]>([:])
    let last = UInt64(batches * batchRecords)
    try await withGRPCClient(transport: transport) { client in
      try await Cordon_V1_Uplink.Client(wrapping: client).connect { writer in
        try await writer.write(BenchMessages.hello())
        await start.wait()
        // Not all at once: each has a moment of its own within the interval.
        let begin = ContinuousClock.now + interval * (Double(number % 1000) / 1000)
        for batch in 0..<batches {
          try await ContinuousClock().sleep(until: begin + interval * batch)
          let through = UInt64((batch + 1) * batchRecords)
          sentAt.withLock { $0[through] = ContinuousClock.now }
          tally.note { $0.sent += UInt64(batchRecords) }
          try await writer.write(BenchMessages.batch(records, after: through - UInt64(batchRecords)))
        }
        for await _ in ends {}
      } onResponse: { response in
        for try await message in response.messages {
          switch message.body {
          case .welcome: welcomed()
          case .ack(let ack):
            let delay = sentAt.withLock { $0.removeValue(forKey: ack.through) }.map { ContinuousClock.now - $0 }
            tally.note { state in
              guard let delay else { return }
              state.delays.append(delay)
              state.acknowledged += UInt64(batchRecords)
            }
            if ack.through >= last { ended.finish() }
          case .refusal: tally.note { $0.refused += 1 }
          default: break
          }
        }
        ended.finish()
      }
    }
  }
}
