import CordonCore
import CordonRuntime
import CordonTrust
import CordonWire
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import SwiftProtobuf
import Synchronization

/// Agents that send batches over mTLS as fast as they are acknowledged, or at a given rate.
struct LoadGenerator {
  /// What a run saw.
  struct Result {
    var recordsPerSecond: Double
    var delays: Delays
    /// Of one batch as it is sent.
    var bytesPerRecord: Double
  }

  let site: BenchSite
  let endpoint: NetworkEndpoint
  var agents: Int
  var batchRecords: Int
  var inFlight = 4
  var warmUp: Duration = .seconds(2)
  var duration: Duration
  /// Records a second of all agents together; nil: as fast as they are acknowledged.
  var rate: Double?

  func run() async throws -> Result {
    let start = ContinuousClock.now
    let tally = Tally(from: start + warmUp, to: start + warmUp + duration)
    let sample = BenchMessages.batch(BenchRecords.records(batchRecords, agent: 0, at: SystemClock().now), after: 0)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<agents { group.addTask { try await runAgent(number, tally) } }
      try await group.waitForAll()
    }
    return Result(
      recordsPerSecond: Double(tally.records) / (duration / .seconds(1)), delays: Delays(tally.delays),
      bytesPerRecord: Double((try sample.batch.serializedBytes() as [UInt8]).count) / Double(batchRecords))
  }

  private func runAgent(_ number: Int, _ tally: Tally) async throws {
    let identity = site.agents[number].identity
    let transport = try ClientTransports.mutual(
      to: endpoint, as: identity,
      guardian: ConnectionGuardian(
        trust: site.trust, clock: SystemClock(), accepting: [.collector], usage: .server))
    let records = BenchRecords.records(batchRecords, agent: number, at: SystemClock().now)
    let (slots, opener) = AsyncStream.makeStream(of: UInt64?.self)
    try await withGRPCClient(transport: transport) { client in
      try await Cordon_V1_Uplink.Client(wrapping: client).connect { writer in
        try await writer.write(BenchMessages.hello())
        var after: UInt64 = 0
        var sent = 0
        for await slot in slots {
          if let slot { after = slot }
          guard ContinuousClock.now < tally.end else { return }
          if let rate {
            let due = Double(sent * batchRecords) * Double(agents) / rate
            try await ContinuousClock().sleep(until: tally.start - warmUp + .seconds(due))
          }
          let message = BenchMessages.batch(records, after: after)
          after += UInt64(batchRecords)
          tally.sent(agent: number, through: after)
          try await writer.write(message)
          sent += 1
        }
      } onResponse: { response in
        for try await message in response.messages {
          switch message.body {
          case .welcome(let welcome):
            let mark = welcome.watermarks.filter { $0.lane == .window && $0.epoch == BenchMessages.epoch }.map(
              \.through
            ).max()
            for slot in 0..<inFlight { opener.yield(slot == 0 ? mark ?? 0 : nil) }
          case .ack(let ack):
            tally.acknowledged(agent: number, through: ack.through, records: batchRecords)
            opener.yield(nil)
          case .refusal(let refusal):
            throw CordonError(.invalid, "bench-refused", "A record was refused: \(refusal.message)")
          default: break
          }
        }
        opener.finish()
      }
    }
  }
}

/// When batches went out, and how long their acknowledgements took.
final class Tally: Sendable {
  private struct Key: Hashable {
    var agent: Int
    var through: UInt64
  }

  private struct State {
    var sent: [Key: ContinuousClock.Instant] = [:]
    var delays: [Duration] = []
    var records = 0
  }

  let start: ContinuousClock.Instant
  let end: ContinuousClock.Instant
  private let state = Mutex(State())

  init(from start: ContinuousClock.Instant, to end: ContinuousClock.Instant) {
    self.start = start
    self.end = end
  }

  var records: Int { state.withLock { $0.records } }
  var delays: [Duration] { state.withLock { $0.delays } }

  func sent(agent: Int, through: UInt64) {
    let now = ContinuousClock.now
    state.withLock { $0.sent[Key(agent: agent, through: through)] = now }
  }

  func acknowledged(agent: Int, through: UInt64, records: Int) {
    let now = ContinuousClock.now
    state.withLock { state in
      guard let sent = state.sent.removeValue(forKey: Key(agent: agent, through: through)), now >= start, now < end
      else { return }
      state.records += records
      state.delays.append(now - sent)
    }
  }
}
