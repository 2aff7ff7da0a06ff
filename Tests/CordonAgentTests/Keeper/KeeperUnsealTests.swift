import CordonContainment
import CordonCore
import CordonTelemetry
import CordonTestSupport
import CordonTrust
import CordonWire
import Crypto
import Foundation
import Logging
import SwiftProtobuf
import Synchronization
import Testing

@testable import CordonAgent

/// Of a user whom the collector alone has scored no sealed name came: the keeper asks the worker, and believes nothing.
@Suite struct KeeperUnsealTests {
  private static let now = FakeClock.start

  /// A keeper whose worker is the test.
  private struct Bench {
    let core: KeeperCore
    let worker: WorkerSeam
    let clock: FakeClock
    let authority: TestAuthority
    let agent: AgentID
    let answerKey = Curve25519.KeyAgreement.PrivateKey()

    func order(_ names: [SealedEntity]) throws -> UnsealOrder {
      var randomness = SystemRandomNumberGenerator()
      return UnsealOrder(
        id: UniqueID(at: clock.now, randomness: &randomness), agentID: agent, names: names,
        answerKey: [UInt8](answerKey.publicKey.rawRepresentation), reason: "ticket 4711",
        notAfter: clock.now.advanced(by: .seconds(600)))
    }

    func offer(_ order: UnsealOrder) throws {
      let envelope = try order.sealed(by: [authority.paul])
      core.take(
        .with {
          $0.offer.directiveID = 7
          $0.offer.envelope = Cordon_V1_Envelope(envelope)
        })
    }

    func reply(_ order: UnsealOrder, _ names: [SealedEntity]) {
      core.take(
        .with {
          $0.nameAnswer.orderID = Data(order.id.bytes)
          $0.nameAnswer.names = names.map(Cordon_V1_SealedEntity.init)
        })
    }

    /// The next message that is none of the keeper's reports.
    func heard() throws -> Cordon_V1_KeeperMessage.OneOf_Body {
      while let message = try worker.receive() {
        switch message.body {
        case .state, .verdict, nil: continue
        case let body?: return body
        }
      }
      throw CordonError(.defect, "seam", "The keeper says nothing more.")
    }

    func outcome() throws -> Outcome {
      guard case .outcome(let outcome) = try heard() else { throw CordonError(.defect, "outcome", "No outcome.") }
      return try outcome.domain()
    }
  }

  private static func with(_ body: (Bench) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let paths = AgentPaths(state: folder, run: folder)
      for path in [paths.keeper, paths.worker] {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      }
      let (site, minted, clock) = (try TestSite(), try TestAuthority(), FakeClock())
      let bundle = SiteBundle(
        site: TestAuthority.site, domain: site.domain, roots: [site.root.chain.leaf],
        roster: try minted.rosterEnvelope(), keyEpoch: 1, staffKey: [UInt8](repeating: 0x11, count: 32),
        patientKey: nil)
      let live = try site.agent().current
      let identity = AgentIdentity(
        id: live.key.digest.agentID, label: "ws-1", group: "", domain: site.domain,
        roots: try CertificateChain([site.root.chain.leaf]), key: live.key, chain: live.chain,
        sealingKey: Curve25519.KeyAgreement.PrivateKey())
      let names = try SiteNames(bundle: bundle, paths: paths, sealingKey: identity.sealingKey, at: now)
      let config = AgentConfig { ["STATE": folder, "RUN": folder][$0] }
      let core = KeeperCore(
        authority: try KeeperAuthority(bundle: bundle, group: "", paths: paths, at: now),
        executor: try KeeperProgram.executor(config, identity: identity, names: names, policy: .observeOnly),
        names: names, kin: KinMemory(), agentID: identity.id, label: identity.label, clock: clock,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, onPolicy: { _ in })
      let ends = try KeeperSeam.pair()
      core.attach(KeeperSeam(descriptor: ends.keeper), worker: [])
      try body(
        Bench(
          core: core, worker: WorkerSeam(descriptor: ends.worker), clock: clock, authority: minted, agent: identity.id))
      core.detach()
    }
  }

  /// A worker that has met somebody, and what the collector has of them.
  private static func met(_ bench: Bench) throws -> (pipeline: WorkerPipeline, entity: EntityRef) {
    var pipeline = try WorkerSupport.pipeline()
    let saddr = "02000050C0000207"
    let output = pipeline.ingest(
      WorkerSupport.lines(
        WorkerSupport.connect(1, pid: 9, saddr: saddr, exe: "/usr/bin/curl", at: WorkerSupport.at(0))),
      at: WorkerSupport.at(0))
    #expect(output.isEmpty)
    let windows = pipeline.finish(at: WorkerSupport.at(1)).records.compactMap { record -> EntityWindow? in
      if case .window(let window) = record { window } else { nil }
    }
    return (pipeline, try #require(windows.first { $0.entity.kind == .user }?.entity))
  }

  @Test func `the worker says whom it has met, and the asker alone reads it`() throws {
    try Self.with { bench in
      var (pipeline, entity) = try Self.met(bench)
      let order = try bench.order([SealedEntity(entity: entity, part: .actor)])
      try bench.offer(order)
      guard case .nameQuestion(let question) = try bench.heard() else { return #expect(Bool(false), "no question") }
      #expect(question.orderID == Data(order.id.bytes))
      let asked = try question.entities.map { try $0.domain() }
      #expect(asked == [entity])
      bench.reply(order, pipeline.names(of: asked))
      let outcome = try bench.outcome()
      #expect(outcome.state == .held && outcome.commandID == order.id)
      let name = UnsealedNames.open(
        try #require(outcome.unsealed.first), with: bench.answerKey, order: order.id, place: 0)
      #expect(name?.text == "local:\(WorkerSupport.machine)/plantedann")
    }
  }

  @Test func `another's name for a pseudonym is not believed`() throws {
    try Self.with { bench in
      let (_, entity) = try Self.met(bench)
      let order = try bench.order([SealedEntity(entity: entity, part: .actor)])
      try bench.offer(order)
      _ = try bench.heard()
      var pseudonymiser = Pseudonymiser(keys: try WorkerSupport.keys())
      let bob = try #require(CanonicalName.account("plantedbob", on: WorkerSupport.machine))
      var lie = pseudonymiser.sealed(bob, part: .actor)
      lie?.entity = entity
      bench.reply(order, [try #require(lie)])
      let outcome = try bench.outcome()
      #expect(outcome.state == .refused && outcome.code == "sealed-name-mismatch" && outcome.unsealed.isEmpty)
      // The order has had its answer: a second one finds nothing that waits.
      bench.reply(order, [])
      #expect(bench.core.state.withLock { $0.disclosures.isEmpty })
    }
  }

  @Test func `who was not met, and a worker that does not answer, are said`() throws {
    try Self.with { bench in
      let nobody = EntityRef(kind: .user, keyEpoch: 1, pseudonym: [UInt8](repeating: 7, count: 16))
      let first = try bench.order([SealedEntity(entity: nobody, part: .actor)])
      try bench.offer(first)
      _ = try bench.heard()
      bench.reply(first, [])
      #expect(try bench.outcome().code == "name-not-met")
      let second = try bench.order([SealedEntity(entity: nobody, part: .actor)])
      try bench.offer(second)
      _ = try bench.heard()
      bench.clock.advance(by: UnsealDuty.patience)
      bench.core.look()
      let outcome = try bench.outcome()
      #expect(outcome.commandID == second.id && outcome.state == .refused && outcome.code == "name-not-met")
    }
  }

  /// Users keep being found by their pseudonym of before, while the keys of that epoch are held.
  @Test func `a pseudonym of the epoch before is still somebody's`() throws {
    try Self.with { bench in
      var (pipeline, entity) = try Self.met(bench)
      let next = try #require(EpochKey(epoch: 2, bytes: [UInt8](repeating: 0x44, count: 32)))
      var keys = try WorkerSupport.keys()
      keys.staff = KeyRing(current: next, others: [keys.staff.current])
      _ = pipeline.use(keys, at: WorkerSupport.at(2))
      #expect(pipeline.names(of: [entity]).isEmpty)
      _ = pipeline.ingest(
        WorkerSupport.lines(
          WorkerSupport.connect(2, pid: 9, saddr: "02000050C0000207", exe: "/usr/bin/curl", at: WorkerSupport.at(3))),
        at: WorkerSupport.at(3))
      let sealed = try #require(pipeline.names(of: [entity]).first)
      #expect(try SealedNames.open(sealed, keys: keys).text == "local:\(WorkerSupport.machine)/plantedann")
    }
  }
}
