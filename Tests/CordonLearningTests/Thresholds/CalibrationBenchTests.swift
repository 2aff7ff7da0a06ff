import CalibrationBench
import CordonLearning
import Testing

/// The calibration bench, small: a tenth of the entities, windows of a quarter of an hour, two fleets.
@Suite struct CalibrationBenchTests {
  static func bench(_ scenario: FleetScenario) -> CalibrationBench {
    CalibrationBench(scenario, entities: 40, windowsPerDay: 96, calibrationDays: 25, testDays: 20, probes: 30, seed: 6)
  }

  static let clean = [0, 1, 2, 4, 5].map { FleetScenario.all[$0] }

  @Test(arguments: clean) func `on a clean fleet the interval of the realised rate holds the budget`(
    scenario: FleetScenario
  ) {
    let report = CalibrationReport(Self.bench(scenario), fleets: 2, budgets: [3])
    #expect(report.rows[0].interval.holdsBudget, "\(scenario.name): \(report.rows[0])")
    #expect(report.rows[0].leastFeasible == nil)
  }

  @Test func `a burst is found in its first windows, a long shift within hours`() {
    let report = CalibrationReport(Self.bench(FleetScenario.all[1]), fleets: 1, budgets: [])
    #expect(report.burst.share > 0.9)
    #expect(report.longShift.share > 0.6, "\(report.longShift)")
  }

  @Test func `a go-live is one alert of the whole fleet`() {
    let bench = CalibrationBench(
      FleetScenario.all[7], entities: 100, windowsPerDay: 480, calibrationDays: 9, testDays: 5, probes: 0, seed: 1)
    let report = CalibrationReport(bench, fleets: 1, budgets: [1])
    #expect(report.rows[0].populations == 1)
    #expect(report.rows[0].seenAtGoLive == 1, "\(report.rows[0])")
  }

  @Test func `the same seed gives the same fleet`() {
    let bench = Self.bench(FleetScenario.all[0])
    #expect(bench.calibrate() == bench.calibrate())
  }

  @Test func `a budget that the data cannot keep is said, with the smallest that they can`() throws {
    let bench = Self.bench(FleetScenario.all[0])
    let calibrations = bench.calibrate()
    let least = try #require(bench.leastFeasible(bench.results(alertsPerDay: 0.01, calibrations)))
    #expect(bench.leastFeasible(bench.results(alertsPerDay: least * 1.0001, calibrations)) == nil)
  }

  @Test(arguments: [(0, 3.69), (1, 5.57), (10, 18.39), (100, 121.6)])
  func `the Poisson interval is the tables'`(seen: Int, high: Double) {
    #expect(abs(PoissonInterval(seen: seen, expected: 1).high - high) < 0.04 * high)
  }
}
