import CordonAgent
import CordonCore
import CordonLearning
import CordonTestSupport
import CordonTrust
import CordonWire
import Crypto
import FoundationEssentials
import GRPCCore
import GRPCInProcessTransport
import Glibc
import Logging
import SwiftProtobuf
import Synchronization
import Testing

/// The whole way of a model on the agent: offered over an uplink, fetched in broken pieces, verified by a keeper, tried on
/// the machine's past, used, told in heartbeats, and there again after a restart.
@Suite struct ModelIntakeTests {
  private typealias Support = BehaviourSupport

  /// A collector that offers models and hands them out, a connection breaking after every few chunks.
  final class Shop: Cordon_V1_Artifacts.SimpleServiceProtocol {
    let artifacts = Mutex<[[UInt8]: [UInt8]]>([:])
    let offsets = Mutex<[UInt64]>([])
    let chunk: Int

    init(chunk: Int) { self.chunk = chunk }

    func fetch(
      request: Cordon_V1_FetchRequest, response: RPCWriter<Cordon_V1_FetchChunk>, context: ServerContext
    ) async throws {
      offsets.withLock { $0.append(request.offset) }
      guard let bytes = artifacts.withLock({ $0[[UInt8](request.sha256)] }) else {
        throw RPCError(code: .notFound, message: "no such artifact")
      }
      for start in stride(from: Int(request.offset), to: bytes.count, by: chunk).prefix(3) {
        try await response.write(
          .with {
            $0.offset = UInt64(start)
            $0.total = UInt64(bytes.count)
            $0.data = Data(bytes[start..<min(start + chunk, bytes.count)])
          })
      }
    }
  }

  /// Verifies as the keeper does, without its process.
  final class Keeper: DirectiveHandler {
    private let authority: Mutex<KeeperAuthority>

    init(_ authority: KeeperAuthority) { self.authority = Mutex(authority) }

    func obey(_ envelope: Envelope, directive id: UInt64) async -> DirectiveVerdict {
      authority.withLock { authority in
        do throws(CordonError) {
          _ = try authority.hear(envelope, at: FakeClock.start)
          return .accepted
        } catch { return .refused(error) }
      }
    }
  }

  /// One agent's worker around a folder, as often as it is started.
  struct Agent {
    let desk: WorkerDesk
    let store: BehaviourStore
    let intake: ModelIntake
    let spool: Spool
    let site: TestAuthority
    let collector = FakeCollector()
    let shop: Shop

    init(_ folder: String, shop: Shop, learnedDays: Int, canaries: [CanaryWindow] = [Support.canary]) throws {
      self.shop = shop
      site = try TestAuthority()
      let paths = AgentPaths(state: folder, run: folder)
      mkdir(paths.keeper, 0o700)
      mkdir(paths.worker, 0o700)
      let ca = try TestSite()
      let bundle = SiteBundle(
        site: TestAuthority.site, domain: ca.domain, roots: [ca.root.chain.leaf], roster: try site.rosterEnvelope(),
        keyEpoch: 1, staffKey: [UInt8](repeating: 1, count: 32), patientKey: nil)
      let keeper = Keeper(try KeeperAuthority(bundle: bundle, group: "", paths: paths, at: FakeClock.start))
      let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      store = BehaviourStore(path: paths.behaviour, at: FakeClock.start)
      var restored = store.restored
      if learnedDays > 0 { try Support.learn(days: learnedDays, &restored.stage) }
      spool = try Spool(path: paths.spool, clock: FakeClock())
      let ends = try WorkerSeam.pair()
      close(ends.keeper)
      desk = WorkerDesk(
        settings: WorkerSettings(machine: WorkerSupport.machine, host: "ws-17", bootID: "boot"),
        link: KeeperLink(seam: WorkerSeam(descriptor: ends.worker)),
        outbox: RecordOutbox(spool: spool, logger: logger) { _ in },
        clock: FakeClock(), logger: logger, restored: restored)
      intake = ModelIntake(
        keeper: keeper, desk: desk, store: store, group: "ward", logger: logger, retryPause: .milliseconds(5))
      apply(canaries, serial: 1)
    }

    /// The policy's canary windows, as the keeper hands them over.
    func apply(_ canaries: [CanaryWindow], serial: UInt64) {
      var policy = WorkerSupport.policy()
      policy.learning.canaries = canaries
      desk.take(
        .with { message in
          message.state.policy = Data((try? policy.encodedPayload()) ?? [])
          message.state.policySerial = serial
          message.state.keyEpoch = 1
          message.state.kStaff = Data(repeating: 1, count: 32)
          message.state.pathKey = Data(repeating: 2, count: 32)
        })
    }

    /// Puts a signed model into the shop and its offer on the stream.
    func offer(
      _ bundle: ModelBundle, serial: UInt64, role: ModelOffer.Role = .champion, by signer: AuthoritySigningKey? = nil
    ) throws -> [UInt8] {
      var envelope = Envelope(type: .model, payload: try bundle.encoded())
      try envelope.sign(with: signer ?? site.ann)
      let bytes = try envelope.serialized()
      let digest = Array(SHA256.hash(data: bytes))
      shop.artifacts.withLock { $0[digest] = bytes }
      let offer = ModelOffer(
        digest: digest, size: UInt32(bytes.count), role: role, ring: 0, serial: serial, schema: bundle.schema)
      let directive = Cordon_V1_Directive.with { directive in
        directive.id = serial
        if let envelope = try? offer.sealed(by: [site.ann]) { directive.envelope = Cordon_V1_Envelope(envelope) }
      }
      collector.contents.withLock { $0.directives.append(directive) }
      return digest
    }

    /// Runs the uplink until a heartbeat says so.
    func run(until isDone: @Sendable @escaping ([Cordon_V1_ModelUse]) -> Bool) async throws {
      let service = UplinkService<InProcessTransport.Client>(
        parts: .init(
          agent: AgentDescription(version: "1.0", bootID: "boot"), spool: spool, status: desk, directives: intake,
          clock: FakeClock(at: .epoch), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
          companion: { await intake.serve($0) }),
        settings: UplinkSettings(backOffFirst: .milliseconds(10), heartbeat: .milliseconds(50))
      ) { body in
        let transport = InProcessTransport()
        try await withGRPCServer(transport: transport.server, services: [collector, shop]) { server in
          try await withGRPCClient(transport: transport.client) { client in try await body(client) }
          server.beginGracefulShutdown()
        }
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await service.run() }
        let deadline = ContinuousClock.now + .seconds(30)
        while !isDone(collector.contents.withLock { $0.heartbeats.last?.models ?? [] }) {
          let models = collector.contents.withLock { $0.heartbeats.last?.models ?? [] }
          try #require(ContinuousClock.now < deadline, "no heartbeat said so: \(models)")
          try await ContinuousClock().sleep(for: .milliseconds(20))
        }
        group.cancelAll()
      }
    }
  }

  private static func has(
    _ models: [Cordon_V1_ModelUse], _ digest: [UInt8], _ state: String, _ code: String = "",
    purpose: String = "champion"
  ) -> Bool {
    models.contains {
      $0.sha256 == Data(digest) && $0.state == state && $0.purpose == purpose && (code.isEmpty || $0.code == code)
    }
  }

  @Test func anOfferedModelIsFetchedInPiecesAndUsedAlsoAfterARestart() async throws {
    try await withTemporaryFolder { folder in
      let agent = try Agent(folder, shop: Shop(chunk: 40), learnedDays: 8)
      let digest = try agent.offer(try Support.bundle(minute: 14), serial: 1)
      try await agent.run { Self.has($0, digest, "running") }
      let offsets = agent.shop.offsets.withLock { $0 }
      #expect(offsets.count > 1 && offsets == offsets.sorted() && Set(offsets).count == offsets.count, "\(offsets)")
      #expect(agent.collector.contents.withLock { $0.results[1]?.status } == .accepted)
      await agent.desk.saveBehaviour(in: agent.store)
      let again = try Agent(folder, shop: Shop(chunk: 40), learnedDays: 0)
      await again.intake.restore()
      try await again.run { Self.has($0, digest, "running") }
      let use = try #require(again.collector.contents.withLock { $0.heartbeats.last?.models.first })
      let since = Support.window(480, processes: 1).start
      #expect(use.learningUntilMs == since.advanced(by: EntityWatch.learningPeriod).milliseconds)
      #expect(again.shop.offsets.withLock { $0.isEmpty })
    }
  }

  /// The agent is of the ward, and a bundle that knows the ward compares it with the ward.
  @Test func aModelComparesWithTheMachinesOwnPeers() async throws {
    try await withTemporaryFolder { folder in
      let agent = try Agent(folder, shop: Shop(chunk: 1 << 16), learnedDays: 8)
      var ward = PeerBaseline(featureCount: Support.schema.features.count)
      let everyone = ward
      ward.learnEmpty(3, at: try #require(HourOfWeek(index: 5)))
      let digest = try agent.offer(
        try Support.bundle(minute: 14, peers: everyone, groupPeers: ["ward": ward, "theatre": everyone]), serial: 1)
      try await agent.run { Self.has($0, digest, "running") }
      #expect(agent.desk.champion(of: 1)?.peers == ward)
    }
  }

  /// Each is refused by name, and the model before it goes on.
  @Test func whatDoesNotPassIsRefusedAndTheOneBeforeGoesOn() async throws {
    try await withTemporaryFolder { folder in
      let agent = try Agent(folder, shop: Shop(chunk: 1 << 16), learnedDays: 8)
      let good = try agent.offer(try Support.bundle(minute: 14), serial: 1)
      try await agent.run { Self.has($0, good, "running") }
      let cases: [(String, () throws -> [UInt8])] = [
        ("canary-missed", { try agent.offer(try Support.bundle(minute: 1e6), serial: 2) }),
        ("no-threshold", { try agent.offer(try Support.bundle(minute: nil), serial: 3) }),
        ("alert-rate", { try agent.offer(try Support.bundle(minute: 14, weight: 2), serial: 4) }),
        ("feature-redefined", { try agent.offer(try Support.bundle(minute: 14, digest: 1), serial: 5) }),
        ("threshold", { try agent.offer(try Support.bundle(minute: 15), serial: 6, by: agent.site.standing) }),
        (
          "digest",
          {
            let digest = try agent.offer(try Support.bundle(minute: 16), serial: 7)
            agent.shop.artifacts.withLock { $0[digest]?[60] ^= 1 }
            return digest
          }
        ),
      ]
      for (code, make) in cases {
        let digest = try make()
        try await agent.run { Self.has($0, digest, "refused", code) && Self.has($0, good, "running") }
      }
      // An old offer is not taken again, so nothing changes.
      let result = agent.collector.contents.withLock { $0.results[1] }
      #expect(result?.status == .refused && result?.code == "rolled-back")
    }
  }

  /// The policy's canary windows change: a champion that passes over one of them is followed by the one before, and that
  /// by the baseline alone; heartbeats say why.
  @Test func newCanariesAreTriedOnWhatIsInUse() async throws {
    try await withTemporaryFolder { folder in
      let agent = try Agent(folder, shop: Shop(chunk: 1 << 16), learnedDays: 8, canaries: [])
      let good = try agent.offer(try Support.bundle(minute: 14), serial: 1)
      try await agent.run { Self.has($0, good, "running") }
      let blind = try agent.offer(try Support.bundle(minute: 1e6), serial: 2)
      try await agent.run { Self.has($0, blind, "running") }
      await agent.intake.review()
      #expect(agent.desk.champion(of: 1)?.digest == blind)
      agent.apply([Support.canary], serial: 2)
      await agent.intake.review()
      #expect(agent.desk.champion(of: 1)?.digest == good && agent.desk.champion(of: 1)?.canAlert == true)
      try await agent.run { Self.has($0, blind, "refused", "canary-missed") && Self.has($0, good, "running") }
      // The one that is back is what a restart knows, and nobody tries the other again.
      let again = try Agent(folder, shop: Shop(chunk: 1 << 16), learnedDays: 8)
      await again.intake.restore()
      await again.intake.review()
      #expect(again.desk.champion(of: 1)?.digest == good)
      again.apply([Support.canary, CanaryWindow(schema: 1, values: [101: 10])], serial: 3)
      await again.intake.review()
      #expect(again.desk.champion(of: 1) == nil)
      let models = await again.desk.status.models.map { Cordon_V1_ModelUse($0) }
      #expect(Self.has(models, good, "refused", "canary-missed"))
      #expect(models.contains { $0.state == "running" && $0.code == "baseline" })
    }
  }

  @Test func aShadowRunsBesideAndBecomesTheChampionWithoutASecondFetch() async throws {
    try await withTemporaryFolder { folder in
      let agent = try Agent(folder, shop: Shop(chunk: 1 << 16), learnedDays: 8)
      let first = try agent.offer(try Support.bundle(minute: 14), serial: 1)
      let second = try agent.offer(try Support.bundle(minute: 15), serial: 2, role: .shadow)
      try await agent.run { Self.has($0, first, "running") && Self.has($0, second, "running", purpose: "shadow") }
      let fetches = agent.shop.offsets.withLock { $0.count }
      _ = try agent.offer(try Support.bundle(minute: 15), serial: 3)
      try await agent.run {
        Self.has($0, second, "running") && !Self.has($0, second, "running", purpose: "shadow")
      }
      #expect(agent.shop.offsets.withLock { $0.count } == fetches)
    }
  }

  /// A machine that has just begun takes a model, alerts not yet, and judges it once it has learned.
  @Test func aYoungMachineJudgesLater() async throws {
    try await withTemporaryFolder { folder in
      let agent = try Agent(folder, shop: Shop(chunk: 1 << 16), learnedDays: 0)
      let digest = try agent.offer(try Support.bundle(minute: 1e6), serial: 1)
      try await agent.run { Self.has($0, digest, "running", "learning") }
      await agent.intake.review()
      #expect(Self.has(await agent.desk.status.models.map { Cordon_V1_ModelUse($0) }, digest, "running", "learning"))
    }
  }
}
