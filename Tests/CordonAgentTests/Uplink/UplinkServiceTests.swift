import CordonAgent
import CordonCore
import CordonTestSupport
import CordonWire
import FoundationEssentials
import GRPCCore
import GRPCInProcessTransport
import Logging
import SwiftProtobuf
import Synchronization
import Testing

@Suite struct UplinkServiceTests {
  /// Runs an uplink against a fake collector until a condition holds, over a transport within the process.
  private func run(
    _ collector: FakeCollector, desk: FakeDesk = FakeDesk(), records: [Record],
    until isDone: @Sendable @escaping (Spool, FakeCollector) async throws -> Bool
  ) async throws {
    try await withTemporaryFolder { folder in
      let spool = try Spool(path: "\(folder)/spool", clock: FakeClock())
      try await spool.append(records)
      let service = UplinkService<InProcessTransport.Client>(
        parts: .init(
          agent: AgentDescription(version: "1.0", bootID: "boot"), spool: spool, status: desk, directives: desk,
          clock: FakeClock(at: .epoch), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }),
        settings: UplinkSettings(backOffFirst: .milliseconds(10), heartbeat: .milliseconds(50))
      ) { body in
        let transport = InProcessTransport()
        try await withGRPCServer(transport: transport.server, services: [collector]) { server in
          try await withGRPCClient(transport: transport.client) { client in try await body(client) }
          server.beginGracefulShutdown()
        }
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await service.run() }
        let deadline = ContinuousClock.now + .seconds(30)
        while try await !isDone(spool, collector) {
          try #require(ContinuousClock.now < deadline, "the uplink did not get there")
          try await ContinuousClock().sleep(for: .milliseconds(20))
        }
        group.cancelAll()
      }
    }
  }

  private func windows(_ count: Int) -> [Record] {
    (0..<count).map { number in
      guard case .window(var window) = SpoolTests.window else { return SpoolTests.window }
      window.start = Timestamp(milliseconds: Int64(number))
      return .window(window)
    }
  }

  @Test func everythingArrivesOnceAcrossBrokenStreams() async throws {
    let collector = FakeCollector()
    collector.contents.withLock { $0.breakAfter = [1, 3, 2, 5] }
    try await run(collector, records: windows(300)) { spool, _ in await spool.depth.records == 0 }
    collector.contents.withLock { contents in
      #expect(contents.streams == 5)
      #expect(contents.records.count == 300)
      #expect(Set(contents.records.values.map(\.window.startMs)) == Set(0..<300))
      #expect(contents.hellos.last?.lanes.first?.through == 300)
      #expect(contents.hellos.last?.schemas.map(\.name) == FeatureSchema.all.map(\.name))
    }
  }

  @Test func aRefusedRecordIsSetAsideAndTheLaneGoesOn() async throws {
    let collector = FakeCollector()
    collector.contents.withLock { $0.refused = [7, 25] }
    try await run(collector, records: windows(40)) { spool, _ in
      guard await spool.depth.records == 0 else { return false }
      let aside = try await spool.setAside()
      #expect(aside.map(\.sequence) == [7, 25])
      #expect(aside.map(\.code) == ["unfit", "unfit"])
      return true
    }
    #expect(collector.contents.withLock { $0.records.count } == 38)
  }

  @Test func directivesReachTheHandlerAndAreAnswered() async throws {
    let collector = FakeCollector()
    let types = ["policy", "command", "teleport", "policy"]
    collector.contents.withLock { contents in
      contents.directives = types.enumerated().map { index, type in
        .with {
          $0.id = UInt64(index + 1)
          $0.envelope.type = type
          $0.envelope.payload = Data([1, 2, 3])
          if index == 3 { $0.envelope.signatures = [.with { $0.keyID = Data([1]) }] }
        }
      }
      contents.directives.append(.with { $0.id = 5 })
    }
    let desk = FakeDesk()
    try await run(collector, desk: desk, records: []) { _, collector in
      collector.contents.withLock { $0.results.count == 5 }
    }
    let results = collector.contents.withLock { $0.results }
    #expect(results[1]?.status == .accepted)
    #expect(results[2]?.status == .refused)
    #expect(results[2]?.code == "unsigned")
    #expect(results[3]?.status == .unsupported)
    #expect(results[4]?.status == .refused)
    #expect(results[5]?.status == .unsupported)
    #expect(desk.obeyed.withLock { $0 } == [1, 2], "what is no envelope never gets there")
  }

  @Test func heartbeatsSayWhatIsDroppedAndCheckpointsAreSeen() async throws {
    let collector = FakeCollector()
    let desk = FakeDesk()
    try await run(collector, desk: desk, records: windows(3)) { _, collector in
      collector.contents.withLock { $0.heartbeats.count >= 2 }
    }
    let heartbeat = try #require(collector.contents.withLock { $0.heartbeats.last })
    #expect(heartbeat.drops.map(\.cause) == ["audit-lost"])
    #expect(heartbeat.sensors.first?.reason == "no permission")
    #expect(heartbeat.policySerial == 4)
    #expect(desk.checkpoints.withLock { $0 } == ["note 3"])
  }
}
