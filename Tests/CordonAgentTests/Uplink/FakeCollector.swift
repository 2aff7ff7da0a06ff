import CordonAgent
import CordonCore
import CordonTrust
import CordonWire
import FoundationEssentials
import GRPCCore
import SwiftProtobuf
import Synchronization

/// A collector that keeps what it is sent, and misbehaves as told.
final class FakeCollector: Cordon_V1_Uplink.SimpleServiceProtocol {
  struct Key: Hashable {
    var epoch: UInt64
    var lane: Cordon_V1_Lane
    var sequence: UInt64
  }

  struct Contents {
    /// All that came, in order.
    var messages: [Cordon_V1_AgentMessage] = []
    var records: [Key: Cordon_V1_Record] = [:]
    var watermarks: [LanePosition] = []
    var repetitions = 0
    var streams = 0
    var hellos: [Cordon_V1_Hello] = []
    var heartbeats: [Cordon_V1_Heartbeat] = []
    var results: [UInt64: Cordon_V1_DirectiveResult] = [:]
    /// Batches after which a stream breaks, by stream; the last of them is stored and not acknowledged.
    var breakAfter: [Int] = []
    var directives: [Cordon_V1_Directive] = []
    /// Sequences of windows that are refused.
    var refused: Set<UInt64> = []
  }

  struct Broken: Error {}

  let contents = Mutex(Contents())

  func connect(
    request: RPCAsyncSequence<Cordon_V1_AgentMessage, any Error>, response: RPCWriter<Cordon_V1_CollectorMessage>,
    context: ServerContext
  ) async throws {
    var left = contents.withLock { contents in
      contents.streams += 1
      return contents.breakAfter.isEmpty ? Int.max : contents.breakAfter.removeFirst()
    }
    for try await message in request {
      contents.withLock { $0.messages.append(message) }
      switch message.body {
      case .hello(let hello):
        contents.withLock { $0.hellos.append(hello) }
        try await response.write(welcome())
        for directive in contents.withLock({ $0.directives }) {
          try await response.write(.with { $0.directive = directive })
        }
      case .batch(let batch):
        let answers = contents.withLock { Self.store(batch, &$0) }
        left -= 1
        if left <= 0 { throw Broken() }
        for answer in answers { try await response.write(answer) }
      case .heartbeat(let heartbeat): contents.withLock { $0.heartbeats.append(heartbeat) }
      case .directiveResult(let result): contents.withLock { $0.results[result.id] = result }
      case nil: throw Broken()
      }
    }
  }

  private func welcome() -> Cordon_V1_CollectorMessage {
    let watermarks = contents.withLock { $0.watermarks }
    return .with {
      $0.welcome.protocol = 1
      $0.welcome.serverTimeMs = 5_000
      $0.welcome.limits.batchRecords = 10
      $0.welcome.limits.batchBytes = 1 << 20
      $0.welcome.limits.recordsASecond = 100_000
      $0.welcome.limits.inFlight = 3
      $0.welcome.watermarks = watermarks.map(Cordon_V1_LanePosition.init)
    }
  }

  private static func store(_ batch: Cordon_V1_Batch, _ contents: inout Contents) -> [Cordon_V1_CollectorMessage] {
    guard let lane = try? batch.lane.domain() else { return [] }
    let epoch = SpoolEpoch(bits: batch.epoch)
    let index = contents.watermarks.firstIndex { $0.lane == lane && $0.epoch == epoch }
    var through = index.map { contents.watermarks[$0].through } ?? 0
    var answers: [Cordon_V1_CollectorMessage] = []
    let skipped = batch.skipped.flatMap { Array($0.from...$0.to) }
    var sequence = batch.firstSequence
    var records = batch.records.makeIterator()
    let last = batch.firstSequence + UInt64(batch.records.count + skipped.count) - 1
    while sequence <= last, batch.firstSequence <= through + 1 {
      let record = skipped.contains(sequence) ? nil : records.next()
      defer { sequence += 1 }
      guard sequence == through + 1 else {
        if sequence <= through { contents.repetitions += 1 }
        continue
      }
      if record != nil, lane == .window, contents.refused.contains(sequence) {
        answers.append(
          .with {
            $0.refusal.lane = batch.lane
            $0.refusal.epoch = batch.epoch
            $0.refusal.sequence = sequence
            $0.refusal.code = "unfit"
          })
        continue
      }
      if let record { contents.records[Key(epoch: batch.epoch, lane: batch.lane, sequence: sequence)] = record }
      through = sequence
    }
    contents.watermarks.removeAll { $0.lane == lane && $0.epoch == epoch }
    contents.watermarks.append(LanePosition(lane: lane, epoch: epoch, through: through))
    answers.append(
      .with {
        $0.ack.lane = batch.lane
        $0.ack.epoch = batch.epoch
        $0.ack.through = through
        $0.ack.serverTimeMs = 5_000
        $0.ack.checkpoint = "note \(through)"
      })
    return answers
  }
}

/// An agent's own side, for tests.
final class FakeDesk: DirectiveHandler, AgentStatusSource {
  let checkpoints = Mutex<[String]>([])
  let obeyed = Mutex<[UInt64]>([])

  var status: AgentStatus {
    var status = AgentStatus()
    status.policySerial = 4
    status.sensors = [.init(name: "audit", isRunning: false, reason: "no permission")]
    status.drops = ["audit-lost": 3]
    return status
  }

  func saw(checkpoint: String) async { checkpoints.withLock { $0.append(checkpoint) } }

  func obey(_ envelope: Envelope, directive id: UInt64) async -> DirectiveVerdict {
    obeyed.withLock { $0.append(id) }
    return envelope.type == .policy ? .accepted : .refused(CordonError(.denied, "unsigned", "It is not signed."))
  }
}
