import CordonAgent
import CordonCore
import CordonTelemetry
import CordonTestSupport
import CordonWire
import FoundationEssentials
import GRPCCore
import GRPCInProcessTransport
import Logging
import SwiftProtobuf
import Synchronization
import Testing

/// A worker from the keeper's seam to the collector's ear, with planted names on the way in: every message that arrives
/// is looked through byte by byte, hello, heartbeats and answers to directives with it.
@Suite struct WireLeaksTests {
  typealias Support = WorkerSupport

  @Test func nothingPlantedArrivesAtTheCollector() async throws {
    let collector = FakeCollector()
    collector.contents.withLock { contents in
      contents.directives = [
        .with {
          $0.id = 1
          $0.envelope.type = "policy"
          $0.envelope.payload = Data(Planted.freeText.utf8)
        }
      ]
    }
    let log = RecordedLog()
    try await Self.run(collector, logger: Logger(label: "test") { _ in RecordingLogHandler(log: log) })
    let messages = collector.contents.withLock { $0.messages }
    let kinds = Set(messages.map { $0.body.map { "\($0)".prefix { $0 != "(" } } ?? "" })
    #expect(kinds == ["hello", "batch", "heartbeat", "directiveResult"], "every kind of message was sent")
    let lanes = Set(messages.map(\.batch.lane))
    #expect(lanes.isSuperset(of: [.window, .detection]))
    for message in messages {
      let found = NothingLeaksTests.leaks(in: try message.serializedBytes())
      #expect(found.isEmpty, "\(found) in \(message)")
    }
    // What the worker writes into the machine's own log is read by more people than may know the names.
    #expect(!log.lines.isEmpty)
    for line in log.lines { #expect(NothingLeaksTests.leaks(in: Array(line.utf8)).isEmpty, "\(line)") }
  }

  /// The keeper's part is played here: keys and policy, then what its sensors read.
  private static func play(_ desk: WorkerDesk) throws {
    var state = Cordon_V1_KeeperMessage()
    state.state.policySerial = 1
    state.state.policy = try Cordon_V1_Policy(Support.policy()).serializedBytes()
    state.state.keyEpoch = 1
    state.state.kStaff = Data(repeating: 0x11, count: 32)
    state.state.pathKey = Data(repeating: 0x22, count: 32)
    state.state.label = "ws-17"
    desk.take(state)
    for (name, isRunning) in [("audit", true), ("file", true), ("file", false)] {
      var sensor = Cordon_V1_KeeperMessage()
      sensor.sensorState.sensor = name
      sensor.sensorState.running = isRunning
      sensor.sensorState.reason = isRunning ? "" : "It needs CAP_SYS_ADMIN."
      desk.take(sensor)
    }
    for batch in Support.attack() {
      var bytes = Cordon_V1_KeeperMessage()
      bytes.sensorBytes.sensor = batch.sensor
      bytes.sensorBytes.records = batch.records.map { Data($0) } + [Data(Planted.payload.utf8)]
      desk.take(bytes)
    }
    desk.finish()
  }

  private static func run(_ collector: FakeCollector, logger: Logger) async throws {
    try await withTemporaryFolder { folder in
      let clock = FakeClock(at: Support.at(5000))
      let ends = try KeeperSeam.pair()
      let keeper = KeeperSeam(descriptor: ends.keeper)
      let link = KeeperLink(seam: WorkerSeam(descriptor: ends.worker))
      let spool = try Spool(path: "\(folder)/spool", clock: clock)
      let outbox = RecordOutbox(spool: spool, logger: logger) { _ in }
      let desk = WorkerDesk(
        settings: WorkerSettings(machine: Support.machine, host: "ws-17", bootID: "boot"), link: link, outbox: outbox,
        clock: clock, logger: logger)
      try play(desk)
      let service = UplinkService<InProcessTransport.Client>(
        parts: .init(
          agent: AgentDescription(version: "1.0", bootID: "boot"), spool: spool, status: desk, directives: link,
          clock: clock, logger: logger),
        settings: UplinkSettings(backOffFirst: .milliseconds(10), heartbeat: .milliseconds(50))
      ) { body in
        let transport = InProcessTransport()
        try await withGRPCServer(transport: transport.server, services: [collector]) { server in
          try await withGRPCClient(transport: transport.client) { client in try await body(client) }
          server.beginGracefulShutdown()
        }
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await outbox.run() }
        group.addTask { try await service.run() }
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
          try #require(ContinuousClock.now < deadline, "the uplink did not get there")
          try await ContinuousClock().sleep(for: .milliseconds(50))
          // The keeper refuses what it cannot verify, in words of its own.
          var verdict = Cordon_V1_KeeperMessage()
          verdict.verdict.directiveID = 1
          verdict.verdict.code = "unsigned"
          verdict.verdict.message = "The policy is not signed."
          desk.take(verdict)
          let isDone = collector.contents.withLock { !$0.heartbeats.isEmpty && $0.results.count == 1 }
          if isDone, await spool.depth.records == 0 { break }
        }
        group.cancelAll()
      }
      link.end()
      keeper.end()
    }
  }
}

/// Every line that was logged, with its metadata.
private final class RecordedLog: Sendable {
  private let all = Mutex<[String]>([])

  var lines: [String] { all.withLock { $0 } }

  func add(_ line: String) { all.withLock { $0.append(line) } }
}

private struct RecordingLogHandler: LogHandler {
  let log: RecordedLog
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .trace

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { log.add("\(event.message) \(event.metadata ?? [:])") }
}
