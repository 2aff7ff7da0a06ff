import CordonCollector
import CordonCore
import CordonLearning
import CordonServices
import CordonStore
import CordonTestSupport
import CordonTrust
import CordonWire
import GRPCCore
import Testing

@Suite struct ModelRolloutTests {
  /// A collector with six machines (two of them pilots), nine days of their hours, and rings.
  private static func with(
    _ change: @Sendable @escaping (inout Policy) -> Void = { _ in },
    _ body: @Sendable @escaping (TestCollector, [TestMachine]) async throws -> Void
  ) async throws {
    try await TestCollector.with { collector in
      var policy = collector.policy(serial: 1)
      policy.learning.rings = ["pilot"]
      policy.learning.canaries = [
        CanaryWindow(schema: FeatureSchema.hostAtHost.id, values: [101: 90_000, 104: 90_000, 110: 90_000])
      ]
      change(&policy)
      try await collector.apply(policy)
      var machines: [TestMachine] = []
      for number in 0..<6 {
        machines.append(try await collector.enrol("ws-\(number)", group: number < 2 ? "pilot" : "ward"))
      }
      try await collector.ordinary(machines, days: 9)
      try await body(collector, machines)
    }
  }

  @Test func `a candidate says where it comes from, keeps its budget, and flags the canaries`() async throws {
    try await Self.with { collector, _ in
      let record = try await collector.candidate()
      let bundle = try ModelBundle(encoded: record.payload)
      #expect(record.state == .candidate && record.payload.count < ModelBundle.byteLimit)
      #expect(bundle.readsSurprises && bundle.peers != nil)
      #expect(bundle.lineage.sampleDigest.count == 32 && bundle.lineage.rows > 300)
      #expect(bundle.thresholds.map(\.scale) == Scale.onAgent.map(\.code))
      #expect(bundle.thresholds.allSatisfy { $0.threshold != nil && $0.entityDays >= 18 })
      let metrics = Dictionary(uniqueKeysWithValues: bundle.lineage.metrics.map { ($0.name, $0.value) })
      #expect(metrics["canaries_flagged"] == 1)
      #expect(metrics["windows_excluded"] == 0)
      #expect(metrics["entities"] == 6)
      await expectRefusal("unknown-schema") { _ = try await collector.domain.training.train("cat@home") }
      await expectRefusal("too-little-data") { _ = try await collector.domain.training.train("user@host") }
    }
  }

  /// A machine whose clock went astray, or that came after a long gap, must not take the others' days from calibration.
  @Test func `one window far from the others moves no middle`() async throws {
    try await Self.with { collector, machines in
      let astray = collector.clock.now.advanced(by: .zero - TestCollector.day * 300)
      let window = TestCollector.hostWindow(machines[0].label, at: astray, starts: 40, connects: 4)
      try await collector.bring([.window(window)], of: machines[0], lane: .window)
      let bundle = try ModelBundle(encoded: try await collector.candidate().payload)
      #expect(bundle.thresholds.allSatisfy { $0.entityDays >= 18 && $0.entityDays <= 30 })
      #expect(bundle.lineage.rows > 300, "the earlier half is learned from")
    }
  }

  /// Four wards' machines are too few for peers of their own; with a fifth they have them.
  @Test func `a group with members enough is compared with itself`() async throws {
    try await Self.with { collector, machines in
      let few = try ModelBundle(encoded: try await collector.candidate().payload)
      #expect(few.groupPeers.isEmpty && few.peers != nil)
      var ward = Array(machines.dropFirst(2))
      ward.append(try await collector.enrol("ws-6", group: "ward"))
      try await collector.ordinary([ward[4]], days: 9, seed: 2)
      let bundle = try ModelBundle(encoded: try await collector.candidate().payload)
      #expect(bundle.groupPeers.keys.sorted() == ["ward"])
      #expect(bundle.peers(of: "ward") == bundle.groupPeers["ward"] && bundle.peers(of: "pilot") == bundle.peers)
      #expect(bundle.peers(of: "ward") != bundle.peers)
    }
  }

  @Test func `windows inside an incident are not learned`() async throws {
    try await Self.with { collector, machines in
      try await collector.bring([.detection(collector.detection())], of: machines[0], lane: .detection)
      _ = try await collector.domain.cases.workOnce()
      let bundle = try ModelBundle(encoded: try await collector.candidate().payload)
      let excluded = try #require(bundle.lineage.metrics.first { $0.name == "windows_excluded" })
      #expect(excluded.value >= 1 && excluded.value <= 3)
    }
  }

  @Test func `a model reaches the pilots, and the others once it has passed there`() async throws {
    try await Self.with { collector, machines in
      let models = collector.domain.models
      let record = try await collector.candidate()
      let plan = try await models.plan(record.id)
      #expect(plan.rings == ["pilot", nil])
      let promoted = try await models.promote(try collector.promotion(plan), by: OperatorName("ann"))
      #expect(promoted.state == .champion)
      #expect(try await collector.waiting(for: machines[0]).count == 1)
      #expect(try await collector.waiting(for: machines[5]).isEmpty)
      #expect(try await collector.fetch(promoted.digest, from: 0, as: machines[0]) == promoted.envelope)
      for machine in machines.prefix(2) { try await collector.report(machine, record, .running) }
      try await collector.domain.rollout.tick()
      #expect(try await collector.waiting(for: machines[5]).isEmpty, "the ring is watched first")
      collector.clock.advance(by: Policy.Learning().dwell)
      for machine in machines { try await collector.report(machine, record, .running) }
      try await collector.domain.rollout.tick()
      #expect(try await collector.waiting(for: machines[5]).count == 1)
      let late = try await collector.enrol("ws-9", group: "ward")
      try await collector.connected(late) { uplink in _ = try await uplink.next() }
      #expect(try await collector.waiting(for: late).count == 1, "who enrols later gets it too")
      let ledger = try await collector.domain.context.store.pendingLedger(most: 1000)
        .map { String(decoding: $0.record, as: UTF8.self) }
      for kind in ["model-trained", "model-promoted", "model-advanced"] {
        #expect(ledger.contains { $0.contains("\"kind\":\"\(kind)\"") }, "\(kind)")
      }
    }
  }

  @Test func `agents that refuse halt a rollout, and the standing key goes back where the policy lets it`() async throws
  {
    try await Self.with({ $0.learning.standingRollout = true }) { collector, machines in
      let models = collector.domain.models
      let first = try await collector.candidate()
      var promotion = try collector.promotion(try await models.plan(first.id))
      _ = try await models.promote(promotion, by: OperatorName("ann"))
      collector.clock.advance(by: .seconds(60))
      let second = try await collector.candidate()
      promotion = try collector.promotion(try await models.plan(second.id))
      _ = try await models.promote(promotion, by: OperatorName("ann"))
      for machine in machines.prefix(2) { try await collector.report(machine, second, .refused, code: "model-gate") }
      try await collector.domain.rollout.tick()
      #expect(try await models.show(second.id).record.state == .retired)
      #expect(try await models.show(first.id).record.state == .champion)
      #expect(try await models.show(second.id).offers.map(\.state).contains(.halted))
      let last = try #require(try await collector.waiting(for: machines[5]).last)
      let offer = try ModelOffer(payload: try Envelope(serialized: last.envelope).payload)
      #expect(offer.digest == (try await models.show(first.id).record.digest))
      #expect(try Envelope(serialized: last.envelope).signatures.count == 1)
    }
  }

  @Test func `a ring is watched for as long as the policy says, and what eats its machines halts there`() async throws {
    try await Self.with({ $0.learning.dwell = .seconds(3600) }) { collector, machines in
      let record = try await collector.candidate()
      _ = try await collector.domain.models.promote(
        try collector.promotion(try await collector.domain.models.plan(record.id)), by: OperatorName("ann"))
      func beat(minutes: Int64, cpu: Duration) async throws {
        collector.clock.advance(by: .seconds(minutes * 60))
        for machine in machines { try await collector.report(machine, record, .running, cpu: cpu) }
        try await collector.domain.rollout.tick()
      }
      try await beat(minutes: 1, cpu: .seconds(1_000_000))
      try await beat(minutes: 50, cpu: .seconds(1_000_010))
      #expect(try await collector.waiting(for: machines[5]).isEmpty)
      try await beat(minutes: 10, cpu: .seconds(1_000_020))
      #expect(try await collector.waiting(for: machines[5]).count == 1)
      // The last ring is watched as well: a quarter of a processor is too much.
      try await beat(minutes: 5, cpu: .seconds(1_000_030))
      try await beat(minutes: 30, cpu: .seconds(1_000_230))
      #expect(try await collector.domain.models.show(record.id).offers.contains { $0.state == .sent })
      try await beat(minutes: 30, cpu: .seconds(1_002_000))
      #expect(try await collector.domain.models.show(record.id).offers.allSatisfy { $0.state != .sent })
      let ledger = try await collector.domain.context.store.pendingLedger(most: 1000)
        .map { String(decoding: $0.record, as: UTF8.self) }
      #expect(ledger.contains { $0.contains("\"kind\":\"model-halted\"") && $0.contains("of a processor") })
    }
  }

  /// What the new model finds, and people confirm, speaks for it and not against it.
  @Test func `an attack right after a promotion halts no rollout`() async throws {
    try await Self.with { collector, machines in
      let models = collector.domain.models
      let record = try await collector.candidate()
      _ = try await models.promote(
        try collector.promotion(try await models.plan(record.id)), by: OperatorName("ann"))
      for machine in machines.prefix(2) { try await collector.report(machine, record, .running) }
      func alert(_ number: Int, on machine: TestMachine) async throws -> UniqueID {
        var detection = collector.detection()
        detection.id = collector.domain.context.ids.next(at: collector.clock.now)
        detection.kind = .behaviour
        detection.rule = UnusualBehaviour.rule
        detection.entities = [SealedEntity(entity: EntityRef(kind: .host, label: machine.label), part: .host)]
        try await collector.bring([.detection(detection)], of: machine, lane: .detection)
        while try await collector.domain.cases.workOnce() {}
        return detection.id
      }
      collector.clock.advance(by: .seconds(3600))
      var found: [UniqueID] = []
      for number in 0..<8 {
        // Six hours apart: each is an incident of its own.
        collector.clock.advance(by: .seconds(6 * 3600))
        found.append(try await alert(number, on: machines[number % 2]))
      }
      let offers = try await models.show(record.id).offers
      let offer = try #require(offers.first { $0.ring == 0 })
      #expect(try await collector.domain.rollout.health(of: offer, among: offers).alerts == 8)
      for id in found {
        try await collector.domain.casebook.label(id, as: "malicious", note: "", by: OperatorName("ann"))
      }
      #expect(try await collector.domain.rollout.health(of: offer, among: offers).alerts == 0)
      for machine in machines.prefix(2) { try await collector.report(machine, record, .running) }
      try await collector.domain.rollout.tick()
      #expect(try await models.show(record.id).offers.allSatisfy { $0.state != .halted })
    }
  }

  @Test func `without standing authority a rollout halts and people decide`() async throws {
    try await Self.with { collector, machines in
      let models = collector.domain.models
      let record = try await collector.candidate()
      _ = try await models.promote(
        try collector.promotion(try await models.plan(record.id)), by: OperatorName("ann"))
      for machine in machines.prefix(2) { try await collector.report(machine, record, .refused, code: "model-gate") }
      try await collector.domain.rollout.tick()
      #expect(try await models.show(record.id).record.state == .champion)
      #expect(try await models.show(record.id).offers.allSatisfy { $0.state != .sent && $0.state != .waiting })
      await expectRefusal("nothing-before") { _ = try await models.rollbackPlan("host@host") }
    }
  }

  @Test func `what nobody may sign, and what was not signed, is refused`() async throws {
    try await Self.with { collector, _ in
      let models = collector.domain.models
      let record = try await collector.candidate()
      let plan = try await models.plan(record.id)
      let ann = OperatorName("ann")
      await expectRefusal("threshold") {
        _ = try await models.promote(try collector.promotion(plan, keys: [collector.clara]), by: ann)
      }
      await expectRefusal("payload-differs") {
        var other = plan
        other.record.payload.append(0)
        _ = try await models.promote(try collector.promotion(other), by: ann)
      }
      await expectRefusal("offers") {
        var promotion = try collector.promotion(plan)
        promotion.offers = []
        _ = try await models.promote(promotion, by: ann)
      }
      await expectRefusal("offer-differs") {
        var promotion = try collector.promotion(plan)
        promotion.offers.swapAt(0, 1)
        _ = try await models.promote(promotion, by: ann)
      }
      _ = try await models.promote(try collector.promotion(plan), by: ann)
      await expectRefusal("serial-not-above") {
        var again = plan
        again.record = try await models.show(record.id).record
        _ = try await models.promote(try collector.promotion(again), by: ann)
      }
    }
  }

  @Test func `a shadow that would alert too often does not become champion, unless forced`() async throws {
    try await Self.with { collector, machines in
      let models = collector.domain.models
      let record = try await collector.candidate()
      _ = try await models.promote(
        try collector.promotion(try await models.plan(record.id), role: .shadow), by: OperatorName("ann"))
      var window = TestCollector.hostWindow("ws-0", at: collector.clock.now, starts: 1, connects: 1)
      var noise: [Record] = []
      for day in 0..<8 {
        window.start = collector.clock.now.advanced(by: .seconds(Int64(day) * 2 * 86_400))
        window.shadowScores = WindowScores(model: record.number, values: [500, 500, 500])
        noise.append(.window(window))
      }
      try await collector.bring(noise, of: machines[0], lane: .window)
      try await collector.domain.users.tick()
      let shadow = try await models.plan(record.id)
      await expectRefusal("model-gates") {
        _ = try await models.promote(try collector.promotion(shadow), by: OperatorName("ann"))
      }
      var promotion = try collector.promotion(shadow)
      promotion.overridesGates = true
      #expect(try await models.promote(promotion, by: OperatorName("ann")).state == .champion)
    }
  }

  private static func imported(_ features: [ModelBundle.Feature], schema: UInt32 = 1) throws -> [UInt8] {
    var randomness = SeededRandomness(seed: 5)
    let matrix = FeatureMatrix(
      columns: features.count,
      values: (0..<features.count * 400).map { _ in Float.random(in: 0...5, using: &randomness) })
    let forest = try IsolationForestTrainer().fit(matrix, seed: 5)
    return try ModelBundle(
      schema: schema, features: features, model: .isolationForest(forest),
      lineage: ModelLineage(modelID: UniqueID(at: .epoch, randomness: &randomness), codeVersion: "1", created: .epoch),
      purpose: "imported from ONNX", onnxDigest: [UInt8](repeating: 7, count: 32), seed: 5
    ).encoded()
  }

  @Test func `an imported model keeps its numbers, and gets thresholds and lineage of this site`() async throws {
    try await Self.with { collector, _ in
      let features = FeatureSchema.hostAtHost.features.prefix(2).map {
        ModelBundle.Feature(id: $0.id, digest: $0.digest, transform: $0.transform, name: $0.name)
      }
      let payload = try Self.imported(features)
      let record = try await collector.domain.training.bring(payload, by: "operator/ann")
      let bundle = try ModelBundle(encoded: record.payload)
      let given = try ModelBundle(encoded: payload)
      guard case .ensemble(let ensemble) = bundle.model else { throw CordonError(.defect, "test", "no ensemble") }
      #expect(ensemble.members.map(\.model) == [given.model])
      #expect(bundle.features == given.features && !bundle.readsSurprises && bundle.onnxDigest == given.onnxDigest)
      #expect(bundle.thresholds.allSatisfy { $0.threshold != nil && $0.entityDays >= 18 })
      #expect(bundle.lineage.modelID != given.lineage.modelID && bundle.lineage.rows > 300)
      #expect(record.madeBy == "operator/ann" && record.state == .candidate)

      var redefined = features
      redefined[1].digest ^= 1
      let hostile = [
        ("feature-redefined", try Self.imported(redefined)),
        ("unknown-schema", try Self.imported(features, schema: 99)),
        ("feature-missing", try Self.imported([.init(id: 9_999, digest: 0, transform: .identity, name: "x")])),
      ]
      for (code, payload) in hostile {
        await expectRefusal(code) { _ = try await collector.domain.training.bring(payload, by: "operator/ann") }
      }
      await #expect(throws: CordonError.self) {
        _ = try await collector.domain.training.bring(Array(payload.dropLast(40)), by: "operator/ann")
      }
    }
  }

  @Test func `a schedule trains when it is due, and waits where there is too little`() async throws {
    try await Self.with({ $0.learning.trainEvery = .seconds(2 * 86_400) }) { collector, machines in
      let models = { @Sendable in try await collector.domain.models.list(nil).map(\.record) }
      try await collector.domain.rollout.trainWhereDue()
      // The users' schema has no windows: it is passed over, and tried again.
      #expect(try await models().map(\.schema) == [FeatureSchema.hostAtHost.id])
      collector.clock.advance(by: .seconds(2 * 86_400 - 60))
      try await collector.domain.rollout.trainWhereDue()
      #expect(try await models().count == 1)
      collector.clock.advance(by: .seconds(60))
      try await collector.domain.rollout.trainWhereDue()
      #expect(try await models().map(\.state) == [.candidate, .candidate])
      var policy = collector.policy(serial: 2)
      policy.learning.trainEvery = .zero
      try await collector.apply(policy)
      collector.clock.advance(by: .seconds(30 * 86_400))
      try await collector.domain.rollout.trainWhereDue()
      #expect(try await models().count == 2, "only on request")
    }
  }

  @Test func `a viewer lists models and trains none`() async throws {
    try await Self.with { collector, _ in
      let models = try await collector.calling(as: collector.person("vera")) { client in
        try await Cordon_V1_Admin.Client(wrapping: client).listModels(.init()).models
      }
      #expect(models.isEmpty)
      await expectRefusal("role") {
        try await collector.calling(as: collector.person("vera")) { client in
          try await Cordon_V1_Admin.Client(wrapping: client).trainModel(.init()) { response in
            for try await _ in response.messages {}
          }
        }
      }
      await expectRefusal("role") {
        try await collector.calling(as: collector.person("vera")) { client in
          try await Cordon_V1_Admin.Client(wrapping: client).importModel(.init()) { response in
            for try await _ in response.messages {}
          }
        }
      }
      let phases = try await collector.calling(as: collector.person("ann")) { client in
        var request = Cordon_V1_TrainModelRequest()
        request.schema = "host@host"
        return try await Cordon_V1_Admin.Client(wrapping: client).trainModel(request) { response in
          var phases: [String] = []
          for try await step in response.messages { phases.append(step.hasModel ? "model" : step.phase) }
          return phases
        }
      }
      #expect(phases.first == "read" && phases.last == "model" && phases.contains("calibrate"))
    }
  }
}
