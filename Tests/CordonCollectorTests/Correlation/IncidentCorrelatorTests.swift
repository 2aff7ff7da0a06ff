import CordonCore
import CordonTestSupport
import Testing

@testable import CordonCollector

@Suite struct IncidentCorrelatorTests {
  private let start = Samples.start

  @Test func aDetectionOfTheSameAgentWithinTheSpanJoins() throws {
    var correlator = IncidentCorrelator(span: .seconds(600))
    let agent = try Samples.agent(1)
    let first = correlator.place(Samples.detection(1), agent: agent, label: "ws-1", at: start, id: Samples.id(100))
    let later = start.advanced(by: .seconds(600))
    let second = correlator.place(
      Samples.detection(2, at: later), agent: agent, label: "ws-1", at: later, id: Samples.id(101))
    guard case .opened(let opened) = first, case .joined(let joined) = second else {
      Issue.record("expected opened, joined; got \(first), \(second)")
      return
    }
    #expect(joined.id == opened.id)
    #expect(joined.detections == 2)
    #expect(joined.lastEvent == later)
  }

  @Test func aDetectionPastTheSpanOpensAnother() throws {
    var correlator = IncidentCorrelator(span: .seconds(600))
    let agent = try Samples.agent(1)
    _ = correlator.place(Samples.detection(1), agent: agent, label: "ws-1", at: start, id: Samples.id(100))
    let later = start.advanced(by: .seconds(601))
    let second = correlator.place(
      Samples.detection(2, at: later), agent: agent, label: "ws-1", at: later, id: Samples.id(101))
    #expect(second.incident.id == Samples.id(101))
  }

  @Test func aSharedUserTiesTwoMachinesTogether() throws {
    var correlator = IncidentCorrelator()
    let first = correlator.place(
      Samples.detection(1, entities: [Samples.user(7)]), agent: try Samples.agent(1), label: "ws-1", at: start,
      id: Samples.id(100))
    let second = correlator.place(
      Samples.detection(2, severity: .critical, entities: [Samples.user(7)], summary: "Files encrypted"),
      agent: try Samples.agent(2), label: "ws-2", at: start, id: Samples.id(101))
    let other = correlator.place(
      Samples.detection(3, entities: [Samples.user(8)]), agent: try Samples.agent(3), label: "ws-3", at: start,
      id: Samples.id(102))
    #expect(second.incident.id == first.incident.id)
    #expect(second.incident.severity == .critical)
    #expect(second.incident.title == "Files encrypted (ws-2) and 1 more host")
    #expect(other.incident.id == Samples.id(102))
  }

  @Test func ofTwoIncidentsTheOneWithMoreInCommonIsJoined() throws {
    var correlator = IncidentCorrelator()
    _ = correlator.place(
      Samples.detection(1, entities: [Samples.user(1), Samples.user(2)]), agent: try Samples.agent(1), label: "a",
      at: start, id: Samples.id(100))
    _ = correlator.place(
      Samples.detection(2, entities: [Samples.user(3)]), agent: try Samples.agent(2), label: "b", at: start,
      id: Samples.id(101))
    let third = correlator.place(
      Samples.detection(3, entities: [Samples.user(1), Samples.user(2), Samples.user(3)]),
      agent: try Samples.agent(3), label: "c", at: start, id: Samples.id(102))
    #expect(third.incident.id == Samples.id(100))
  }

  @Test func twoComputersBehindOneGatewayAreTwoIncidents() throws {
    var correlator = IncidentCorrelator()
    func place(_ number: Int, on computer: String) -> IncidentCorrelator.Decision {
      let machine = SealedEntity(entity: EntityRef(kind: .device, label: computer), part: .host)
      return correlator.place(
        Samples.detection(number, entities: [machine]), agent: nil, label: computer, at: start,
        id: Samples.id(100 + number))
    }
    let first = place(1, on: "ws-5")
    #expect(place(2, on: "ws-6").incident.id != first.incident.id)
    #expect(place(3, on: "ws-5").incident.id == first.incident.id)
    #expect(first.incident.title.hasSuffix("(ws-5)"), "\(first.incident.title)")
  }

  @Test func aWrongClockCannotHoldAnIncidentOpen() throws {
    var correlator = IncidentCorrelator(span: .seconds(600))
    let agent = try Samples.agent(1)
    let far = Timestamp(milliseconds: .max)
    _ = correlator.place(Samples.detection(1, at: far), agent: agent, label: "a", at: start, id: Samples.id(100))
    let later = start.advanced(by: .seconds(601))
    let next = correlator.place(
      Samples.detection(2, at: later), agent: agent, label: "a", at: later, id: Samples.id(101))
    #expect(next.incident.id == Samples.id(101))
  }

  @Test func closedAndRestoredIncidents() throws {
    var correlator = IncidentCorrelator()
    let agent = try Samples.agent(1)
    let opened = correlator.place(
      Samples.detection(1), agent: agent, label: "a", at: start, id: Samples.id(100)
    ).incident
    var second = IncidentCorrelator()
    second.restore([opened])
    #expect(second.concerns(agent))
    let joined = second.place(Samples.detection(2), agent: agent, label: "a", at: start, id: Samples.id(101))
    #expect(joined.incident.id == opened.id)
    second.close(opened.id)
    #expect(!second.concerns(agent))
  }

  @Test func memoryIsBounded() throws {
    var correlator = IncidentCorrelator(mostOpen: 3)
    for number in 1...4 {
      let now = start.advanced(by: .seconds(number))
      _ = correlator.place(
        Samples.detection(number, at: now), agent: try Samples.agent(number), label: "a", at: now,
        id: Samples.id(number))
    }
    #expect(correlator.count == 3)
    #expect(!correlator.concerns(try Samples.agent(1)))
    #expect(correlator.concerns(try Samples.agent(4)))
  }

  /// Whatever comes in whatever order: every detection is in exactly one incident, and severity never falls.
  @Test(arguments: UInt64(1)...20) func everyDetectionIsInOneIncident(seed: UInt64) throws {
    var randomness = SeededRandomness(seed: seed)
    var correlator = IncidentCorrelator(span: .seconds(60))
    var counts: [UniqueID: UInt32] = [:]
    var severities: [UniqueID: Severity] = [:]
    var now = start
    for number in 0..<300 {
      now = now.advanced(by: .seconds(Int.random(in: 0...30, using: &randomness)))
      let detection = Samples.detection(
        number, at: now, severity: Severity.allCases.randomElement(using: &randomness) ?? .low,
        entities: [Samples.user(UInt8.random(in: 0...9, using: &randomness))])
      let agent = try Samples.agent(Int.random(in: 0...9, using: &randomness))
      let decision = correlator.place(detection, agent: agent, label: "h", at: now, id: Samples.id(1000 + number))
      let incident = decision.incident
      counts[incident.id, default: 0] += 1
      #expect(incident.detections == counts[incident.id], "seed \(seed)")
      #expect(incident.severity >= severities[incident.id] ?? .low, "seed \(seed)")
      #expect(incident.severity >= detection.severity, "seed \(seed)")
      severities[incident.id] = incident.severity
    }
    #expect(counts.values.reduce(0, +) == 300)
  }
}
