import CordonAdmin
import CordonCore
import CordonLearning
import CordonTestSupport
import Testing

@Suite struct CalibrationRunTests {
  /// Twenty entities over 100 days, two scores a day.
  static func csv(seed: UInt64 = 2) -> String {
    var randomness = SeededRandomness(seed: seed)
    var csv = "host,at,score\n"
    for day in 0..<100 {
      for host in 0..<20 {
        for hour in [3, 15] {
          csv += "h\(host),\(day * 86_400 + hour * 3600),\(Double.random(in: 0...1, using: &randomness))\n"
        }
      }
    }
    return csv
  }

  static func run(_ csv: String, until: Timestamp? = nil) throws -> CalibrationRun {
    var reader = try CSVReader(bytes: Array(csv.utf8), name: "scores.csv")
    return try CalibrationRun(&reader, file: "scores.csv", entity: "host", time: "at", score: "score", until: until)
  }

  @Test func `entity-days calibrate, and later days show the rate`() throws {
    let run = try Self.run(Self.csv())
    #expect(run.entities == 20 && run.calibrationDays.count == 50 && run.laterDays.count == 50)
    guard case .feasible(_, let rank, let entityDays) = run.result(alertsPerDay: 1) else {
      Issue.record("1,000 entity-days keep a budget of one alert a day")
      return
    }
    #expect(rank == 50 && entityDays == 1000)
    #expect((28...75).contains(run.alerts(alertsPerDay: 1)), "\(run.alerts(alertsPerDay: 1))")
  }

  @Test func `a budget that is too small is said with the least`() throws {
    let run = try Self.run(Self.csv(), until: Timestamp(milliseconds: 10 * 86_400_000))
    #expect(run.result(alertsPerDay: 0.05) == .infeasible(leastRate: 1.0 / 201, entityDays: 200))
    #expect(run.alerts(alertsPerDay: 0.05) == 0)
  }

  @Test(arguments: [
    ("host,at,score\n", "no-rows"), ("host,at\na,1\n", "absent-column"), ("host,at,score\na,1,x\n", "malformed-score"),
    ("host,at,score\na,1,inf\n", "malformed-score"), ("host,at,score\na,later,1\n", "malformed-time"),
  ]) func `bad input is one clear error`(csv: String, code: String) {
    expectRefusal(code) { _ = try Self.run(csv) }
  }
}
