import CordonCore
import CordonStore
import Testing

@testable import CordonCollector

/// Which alerts speak against a model.
@Suite struct RingAlertsTests {
  private static let incident = Samples.id(99)

  private static func stored(
    _ number: Int, _ kind: Detection.Kind = .behaviour, label: DetectionLabel? = nil, in incident: UniqueID? = incident
  ) -> StoredDetection {
    var detection = Samples.detection(number)
    detection.kind = kind
    return StoredDetection(
      detection: detection, agent: nil, storedAt: .epoch, incident: incident,
      verdict: label.map { DetectionVerdict(label: $0.rawValue, by: "ann", at: .epoch) })
  }

  @Test func `alerts that nobody judged, or called benign, count each`() {
    let alerts = [Self.stored(1), Self.stored(2), Self.stored(3, label: .benign), Self.stored(4, in: nil)]
    #expect(RingAlerts.count(alerts, incidents: [Self.incident: alerts]) == 4)
    #expect(RingAlerts.count([], incidents: [:]) == 0)
  }

  @Test(arguments: [DetectionLabel.malicious, .expected])
  func `one that was confirmed, or is expected, does not`(label: DetectionLabel) {
    let alerts = [Self.stored(1, label: label), Self.stored(2)]
    let others = label == .malicious ? 0 : 1
    #expect(RingAlerts.count(alerts, incidents: [Self.incident: alerts]) == others)
  }

  @Test func `none beside a tripwire does`() {
    let alerts = [Self.stored(1), Self.stored(2)]
    let incident = alerts + [Self.stored(3, .tripwire)]
    #expect(RingAlerts.count(alerts, incidents: [Self.incident: incident]) == 0)
    let silent = alerts + [Self.stored(3, .silence)]
    #expect(RingAlerts.count(alerts, incidents: [Self.incident: silent]) == 2, "a model can silence an agent")
  }

  @Test func `a population counts once`() {
    let alerts = (1...20).map { Self.stored($0) } + [Self.stored(30, in: nil)]
    let incident = alerts.dropLast() + [Self.stored(40, .population)]
    #expect(RingAlerts.count(alerts, incidents: [Self.incident: Array(incident)]) == 2)
  }
}
