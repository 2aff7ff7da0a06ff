import CordonCollector
import CordonCore
import Testing

@Suite struct IngestPacerTests {
  private static let settings = IngestSettings(
    limits: UplinkLimits(recordsPerSecond: 1_000, inFlight: 4), mostPendingRecords: 800)

  /// Looks once an interval; the queue was as deep as given before each look.
  private func paces(_ pacer: inout IngestPacer, depths: [Int], from start: Int = 0) -> [Int] {
    depths.enumerated().map { index, depth in
      pacer.saw(pending: depth)
      return pacer.limits(at: IngestPacer.interval * (start + index)).recordsPerSecond
    }
  }

  @Test func aDeepQueueHalvesThePaceAndAShallowOneGivesItBackInSteps() {
    var pacer = IngestPacer(Self.settings)
    // Half of what may wait is deep, an eighth shallow; in between, the pace stays.
    #expect(
      paces(&pacer, depths: [399, 400, 800, 399, 101, 100, 0, 0]) == [1_000, 500, 250, 250, 250, 500, 1_000, 1_000])
  }

  @Test func nobodyIsStoppedAltogether() {
    var pacer = IngestPacer(Self.settings)
    let paces = paces(&pacer, depths: [Int](repeating: 800, count: 40))
    #expect(paces.last == IngestPacer.leastRecordsPerSecond)
    #expect(pacer.limits(at: IngestPacer.interval * 40).inFlight == 1)
    // It comes back as fast as it went, however long it was held down.
    let back = self.paces(&pacer, depths: [Int](repeating: 0, count: 6), from: 41)
    #expect(back.last == 1_000)
  }

  @Test func aSlowSettingIsNeverMadeFaster() {
    var pacer = IngestPacer(IngestSettings(limits: UplinkLimits(recordsPerSecond: 10), mostPendingRecords: 800))
    #expect(paces(&pacer, depths: [800, 800, 800]) == [10, 10, 10])
  }

  @Test func betweenTwoLooksNothingChanges() {
    var pacer = IngestPacer(Self.settings)
    pacer.saw(pending: 800)
    #expect(pacer.limits(at: .zero).recordsPerSecond == 500)
    pacer.saw(pending: 800)
    #expect(pacer.limits(at: IngestPacer.interval - .milliseconds(1)).recordsPerSecond == 500)
    #expect(pacer.limits(at: IngestPacer.interval).recordsPerSecond == 250)
  }
}
