import CordonCollector
import CordonCore
import Testing

@Suite struct ShadowReportTests {
  private static let host = EntityRef(kind: .host, label: "ws-1")

  private static func maximum(_ day: Int32, _ score: Double, scale: UInt8 = 1) -> DailyScore {
    DailyScore(entity: host, schema: 1, model: 7, scale: scale, day: day, score: score)
  }

  private static func report(_ maxima: [DailyScore], label: String? = nil) -> ShadowReport {
    var stored = StoredDetection(
      detection: Samples.detection(1, at: .epoch), agent: nil, storedAt: .epoch,
      verdict: label.map { DetectionVerdict(label: $0, by: "ann", at: .epoch) })
    stored.detection.entities = [SealedEntity(entity: host, part: .host)]
    return ShadowReport(
      maxima, thresholds: [ScaleThreshold(scale: "1m", threshold: 5, budgetShare: 0.1, entityDays: 100, rank: 10)],
      labels: [stored], day: { _ in 3 })
  }

  @Test func `days in a row are one alert, and the budget is counted over all days`() {
    let report = Self.report([Self.maximum(1, 6), Self.maximum(2, 7), Self.maximum(3, 4), Self.maximum(4, 9)])
    #expect(report.entityDays == 4 && report.alerts == 2)
    #expect(abs(report.allowed - 0.4) < 1e-9)
    #expect(report.objections.isEmpty, "two alerts may be chance")
  }

  @Test func `it objects to too many alerts, to what it misses, and to no data`() {
    #expect(Self.report([]).objections == ["no finished day of it has been reported yet"])
    let noisy = Self.report((0..<8).map { Self.maximum(Int32($0) * 2, 9) })
    #expect(noisy.objections.count == 1 && noisy.alerts == 8)
    let blind = Self.report([Self.maximum(3, 1)], label: "malicious")
    #expect(blind.missed == 1 && blind.agreed == 0 && blind.objections.count == 1)
    let right = Self.report([Self.maximum(3, 1)], label: "benign")
    #expect(right.agreed == 1 && right.objections.isEmpty)
    #expect(Self.report([Self.maximum(3, 1, scale: 9)]).alerts == 0)
  }
}
