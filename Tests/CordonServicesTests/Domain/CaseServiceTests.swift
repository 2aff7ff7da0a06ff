import CordonCollector
import CordonCore
import CordonStore
import CordonTestSupport
import CordonTrust
import Testing

@Suite struct CaseServiceTests {
  static let address = SealedEntity(
    entity: EntityRef(kind: .address, keyEpoch: 1, pseudonym: [UInt8](repeating: 9, count: 16)), sealedName: [1],
    part: .target)

  /// Stores a machine's records as its uplink would.
  private static func bring(
    _ records: [Record], of machine: TestMachine, lane: Lane, first: UInt64 = 1, to collector: TestCollector
  ) async throws {
    let after = first - 1
    let numbered = records.enumerated().map {
      NumberedRecord(sequence: first + UInt64($0.offset), record: $0.element)
    }
    try await collector.domain.context.store.commit(
      [
        NumberedBatch(
          agent: machine.id, lane: lane, epoch: SpoolEpoch(bits: 1), after: after,
          through: after + UInt64(records.count),
          records: numbered)
      ], at: collector.clock.now)
  }

  private static func only(_ collector: TestCollector) async throws -> CaseBook.IncidentView {
    let incidents = try await collector.domain.casebook.incidents(closedToo: true, most: 10)
    #expect(incidents.count == 1)
    return try await collector.domain.casebook.incident(try #require(incidents.first).id)
  }

  /// Also over a restart, which reads the incidents from the store.
  @Test func twoComputersBehindOneGatewayAreTwoIncidents() async throws {
    try await TestCollector.with { collector in
      let gateway = try await collector.enrol("gateway")
      func found(on computer: String) -> Record {
        let machine = SealedEntity(entity: EntityRef(kind: .device, label: computer), part: .host)
        var detection = collector.detection()
        detection.id = collector.domain.context.ids.next(at: collector.clock.now)
        detection.entities = [machine]
        return .detection(detection)
      }
      try await Self.bring([found(on: "ws-5"), found(on: "ws-6")], of: gateway, lane: .detection, to: collector)
      _ = try await collector.domain.cases.workOnce()
      try await collector.domain.cases.restore()
      try await Self.bring([found(on: "ws-6")], of: gateway, lane: .detection, first: 3, to: collector)
      _ = try await collector.domain.cases.workOnce()
      let incidents = try await collector.domain.casebook.incidents(closedToo: true, most: 10)
      #expect(incidents.map(\.detections).sorted() == [1, 2])
      #expect(Set(incidents.compactMap { $0.title.split(separator: "(").last }) == ["ws-5)", "ws-6)"])
      #expect(incidents.allSatisfy { $0.agents.isEmpty }, "the gateway has no part in them")
    }
  }

  @Test func aReflexBecomesACommandOfItsIncidentThoughItsOutcomeCameFirst() async throws {
    try await TestCollector.with { collector in
      let machine = try await collector.enrol("ws-1")
      let detection = collector.detection()
      let outcome = Outcome(
        commandID: collector.domain.context.ids.next(at: collector.clock.now), state: .held, at: collector.clock.now,
        leaseUntil: collector.clock.now.advanced(by: .seconds(600)), evidence: ["frozen"], isReflex: true,
        action: .suspendProcess(ProcessRef(pid: 42, startTicks: 7, bootID: "b1")), detectionID: detection.id)
      try await Self.bring([.outcome(outcome)], of: machine, lane: .outcome, to: collector)
      _ = try await collector.domain.cases.workOnce()
      #expect(try await collector.domain.commands.list(most: 10).isEmpty)
      try await Self.bring([.detection(detection)], of: machine, lane: .detection, to: collector)
      _ = try await collector.domain.cases.workOnce()
      let view = try await Self.only(collector)
      #expect(view.incident.state == "contained")
      #expect(view.commands.map(\.record.isReflex) == [true])
      #expect(view.commands.first?.record.state == "held")
      var expired = outcome
      expired.state = .expired
      try await Self.bring([.outcome(expired)], of: machine, lane: .outcome, first: 2, to: collector)
      _ = try await collector.domain.cases.workOnce()
      #expect(try await Self.only(collector).incident.state == "open")
    }
  }

  @Test func aReflexWithoutItsDetectionIsTakenAfterAWhile() async throws {
    try await TestCollector.with { collector in
      let machine = try await collector.enrol("ws-1")
      let now = collector.clock.now
      let outcome = Outcome(
        commandID: collector.domain.context.ids.next(at: now), state: .held, at: now, isReflex: true,
        action: .suspendProcess(ProcessRef(pid: 42, startTicks: 7, bootID: "b1")),
        detectionID: collector.domain.context.ids.next(at: now))
      try await Self.bring([.outcome(outcome)], of: machine, lane: .outcome, to: collector)
      _ = try await collector.domain.cases.workOnce()
      #expect(try await collector.domain.commands.list(most: 10).isEmpty)
      collector.clock.advance(by: CaseService.longestWait)
      _ = try await collector.domain.cases.workOnce()
      #expect(try await collector.domain.commands.list(most: 10).map(\.record.isReflex) == [true])
    }
  }

  @Test func labelsCloseAnIncidentAndANewDetectionOpensAnother() async throws {
    try await TestCollector.with { collector in
      let machine = try await collector.enrol("ws-1")
      let detection = collector.detection()
      try await Self.bring([.detection(detection)], of: machine, lane: .detection, to: collector)
      _ = try await collector.domain.cases.workOnce()
      let ann = OperatorName("ann")
      await expectRefusal("unknown-label") {
        try await collector.domain.casebook.label(detection.id, as: "fine", note: "", by: ann)
      }
      try await collector.domain.casebook.label(detection.id, as: "expected", note: "backup run", by: ann)
      let view = try await Self.only(collector)
      #expect(view.incident.state == "closed")
      #expect(view.detections.first?.stored.verdict?.by == "ann")
      let second = collector.detection()
      try await Self.bring([.detection(second)], of: machine, lane: .detection, first: 2, to: collector)
      _ = try await collector.domain.cases.workOnce()
      #expect(try await collector.domain.casebook.incidents(closedToo: true, most: 10).count == 2)
    }
  }

  @Test func aRestartGoesOnWithTheIncidentAndPlacesWhatWasLeft() async throws {
    try await TestCollector.with { collector in
      let machine = try await collector.enrol("ws-1")
      try await Self.bring([.detection(collector.detection())], of: machine, lane: .detection, to: collector)
      _ = try await collector.domain.cases.workOnce()
      try await Self.bring([.detection(collector.detection())], of: machine, lane: .detection, first: 2, to: collector)
      let again = try await TestCollector.open(
        collector.folder, clock: collector.clock, site: collector.site, identity: collector.identity,
        clara: collector.clara)
      try await again.domain.cases.restore()
      _ = try await again.domain.cases.workOnce()
      #expect(try await Self.only(again).incident.detections == 2)
    }
  }

  @Test func theStandingKeyActsWithinPolicyAndBudgetAlone() async throws {
    try await TestCollector.with { collector in
      try await collector.apply(
        collector.policy(serial: 1) { policy in
          policy.containment.standing.isEnabled = true
          policy.containment.standing.budgets = [.blockAddress: 1]
          policy.containment.reflex.isEnabled = true
          policy.containment.reflex.actions = [.suspendProcess]
        })
      let machine = try await collector.enrol("ws-1")
      let pump = try await collector.enrol("pump")
      for (number, machine) in [pump, machine, machine].enumerated() {
        var other = Self.address
        other.entity.pseudonym[0] = UInt8(number)
        let first: UInt64 = number == 2 ? 2 : 1
        try await Self.bring(
          [.detection(collector.detection(entities: [other]))], of: machine, lane: .detection, first: first,
          to: collector)
        _ = try await collector.domain.cases.workOnce()
      }
      // Nothing on the life-sustaining pump, one on the workstation, and then the budget is spent.
      let commands = try await collector.domain.commands.list(most: 10)
      #expect(commands.map(\.record.command.agentID) == [machine.id])
      let order = try #require(commands.first?.record)
      #expect(order.isStanding)
      #expect(order.command.action.name == .blockAddress)
      let verified = try collector.domain.authority.verifier.verify(
        try Envelope(serialized: order.envelope), at: collector.clock.now)
      #expect(try verified.authority() == .standing)
      // A restart gives no second budget.
      let again = try await TestCollector.open(
        collector.folder, clock: collector.clock, site: collector.site, identity: collector.identity,
        clara: collector.clara)
      var third = Self.address
      third.entity.pseudonym[0] = 77
      try await Self.bring(
        [.detection(collector.detection(entities: [third]))], of: machine, lane: .detection, first: 3, to: collector)
      _ = try await again.domain.cases.workOnce()
      #expect(try await again.domain.commands.list(most: 10).count == 1)
      // The next hour has its own.
      collector.clock.advance(by: .seconds(3600))
      third.entity.pseudonym[0] = 78
      try await Self.bring(
        [.detection(collector.detection(entities: [third]))], of: machine, lane: .detection, first: 4, to: collector)
      _ = try await again.domain.cases.workOnce()
      #expect(try await again.domain.commands.list(most: 10).count == 2)
    }
  }

  @Test func automationDoesNotActOnOldNewsOrWrongClocks() async throws {
    try await TestCollector.with { collector in
      try await collector.apply(
        collector.policy(serial: 1) { policy in
          policy.containment.standing.isEnabled = true
          policy.containment.standing.budgets = [.suspendProcess: 10]
        })
      let machine = try await collector.enrol("ws-1")
      let old = collector.detection()
      collector.clock.advance(by: StandingOrders.longestLag + .seconds(1))
      try await Self.bring([.detection(old)], of: machine, lane: .detection, to: collector)
      _ = try await collector.domain.cases.workOnce()
      #expect(try await collector.domain.commands.list(most: 10).isEmpty)
      try await collector.domain.context.store.recordHeartbeats(
        [machine.id: AgentHeartbeat(clock: collector.clock.now.advanced(by: .seconds(121)))], at: collector.clock.now)
      try await Self.bring([.detection(collector.detection())], of: machine, lane: .detection, first: 2, to: collector)
      _ = try await collector.domain.cases.workOnce()
      #expect(try await collector.domain.commands.list(most: 10).isEmpty)
    }
  }
}
