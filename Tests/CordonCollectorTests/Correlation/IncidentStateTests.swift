import CordonCore
import Testing

@testable import CordonCollector

@Suite struct IncidentStateTests {
  @Test(
    arguments: [
      ([], 0, IncidentState.open), ([nil], 0, .open), ([.benign], 0, .closed), ([.benign, .expected], 0, .closed),
      ([.benign, nil], 0, .open), ([.malicious], 0, .open), ([.benign], 1, .contained), ([nil], 2, .contained),
    ] as [([DetectionLabel?], Int, IncidentState)])
  func stateFollowsFromLabelsAndHolds(labels: [DetectionLabel?], held: Int, expected: IncidentState) {
    #expect(IncidentState.of(labels: labels, held: held) == expected)
  }

  @Test func anUnknownLabelIsRefusedByName() {
    #expect(throws: CordonError.self) { try DetectionLabel(parsing: "fine") }
    #expect((try? DetectionLabel(parsing: "benign")) == .benign)
  }
}
