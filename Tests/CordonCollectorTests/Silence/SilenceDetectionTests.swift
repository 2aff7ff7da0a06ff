import CordonCore
import Testing

@testable import CordonCollector

@Suite struct SilenceDetectionTests {
  private let start = Samples.start

  @Test(
    arguments: [
      (Criticality.lifeSustaining, false, Severity.critical), (.therapeutic, false, .high), (nil, false, .high),
      (.diagnostic, false, .medium), (.administrative, false, .low), (.administrative, true, .medium),
      (.lifeSustaining, true, .critical),
    ] as [(Criticality?, Bool, Severity)])
  func ranksByCriticality(criticality: Criticality?, isInIncident: Bool, expected: Severity) {
    let host = SilenceDetection.Host(label: "ws-1", criticality: criticality, isInIncident: isInIncident)
    #expect(host.severity == expected)
  }

  @Test func oneHostIsNamed() throws {
    let detection = try #require(
      SilenceDetection.make(
        id: Samples.id(1), hosts: [.init(label: "ws-1", criticality: .diagnostic, isInIncident: false)], since: start,
        at: start.advanced(by: .seconds(28))))
    #expect(detection.kind == .silence)
    #expect(detection.summary.contains("ws-1"))
    #expect(detection.summary.contains("28 s"))
    #expect(detection.folded == 0)
  }

  @Test func manyAreFoldedWorstFirstAndBounded() throws {
    var hosts = (0..<200).map {
      SilenceDetection.Host(label: "ws-\($0)", criticality: .administrative, isInIncident: false)
    }
    hosts.append(.init(label: "pump-9", criticality: .lifeSustaining, isInIncident: false))
    let detection = try #require(
      SilenceDetection.make(id: Samples.id(1), hosts: hosts, since: start, at: start))
    #expect(detection.severity == .critical)
    #expect(detection.entities.first?.entity.label == "pump-9")
    #expect(detection.entities.count == SilenceDetection.mostNamed)
    #expect(detection.folded == 200)
  }
}
