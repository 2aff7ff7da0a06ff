import ArgumentParser
import CalibrationBench

/// Whether alerts come at the budgeted rate on clean fleets, and how soon disturbances are found.
struct CalibrationBenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibration",
    abstract: "Realised against budgeted false alarms on simulated clean fleets, with Poisson 95 % intervals.")

  @Option(help: "Fleets a scenario, each with a calibration of its own.") var fleets = 5
  @Option(help: "Entities of a fleet.") var entities = 400
  @Option(help: "The first fleet's seed.") var seed: UInt64 = 1001

  func validate() throws {
    guard (1...100).contains(fleets) else { throw ValidationError("--fleets: from 1 to 100") }
    guard (20...10_000).contains(entities) else { throw ValidationError("--entities: from 20 to 10000") }
  }

  func run() async throws {
    var rates = MarkdownTable("clean fleet", "budget a day", "seen", "realised / budget", "95 % interval", "holds")
    var found = MarkdownTable("fleet", "3 minutes at 6σ: found", "after", "1σ for a day: found", "after", "reference")
    var changed = MarkdownTable("go-live, budget a day", "seen on its day, all fleets", "populations", "aim a fleet")
    let progress = Progress("calibration")
    for scenario in FleetScenario.all {
      let bench = CalibrationBench(scenario, entities: entities, seed: seed)
      let report = CalibrationReport(bench, fleets: fleets) { fleet in
        progress.say("\(scenario.name), fleet \(fleet) of \(fleets), \(entities) entities")
      }
      for row in report.rows {
        if scenario.goLive > 0 {
          changed.add(Show.decimal(row.alertsPerDay), "\(row.seenAtGoLive)", "\(row.populations)", "at most 1")
        } else if let least = row.leastFeasible {
          rates.add(
            scenario.name, Show.decimal(row.alertsPerDay), "-", "not feasible: at least \(Show.decimal(least)) a day",
            "-", "-")
        } else {
          rates.add(
            scenario.name, Show.decimal(row.alertsPerDay), "\(row.seen)", Show.decimal(row.interval.ratio),
            "\(Show.decimal(row.interval.low)) to \(Show.decimal(row.interval.high))",
            row.interval.holdsBudget ? "yes" : "no")
        }
      }
      found.add(
        scenario.name, Show.percent(report.burst.share), Self.minutes(report.burst),
        Show.percent(report.longShift.share), Self.minutes(report.longShift), Self.reference(scenario))
    }
    print(rates.text)
    print(found.text)
    print(changed.text)
  }

  private static func minutes(_ result: ProbeResult) -> String { result.median.map { "\($0) min" } ?? "-" }

  /// Of the design's own simulation, with 13,000 entity-days and a budget of 1.
  private static func reference(_ scenario: FleetScenario) -> String {
    switch scenario.name {
    case "ρ .5": "127 min"
    case "ρ .9": "392 min"
    default: "-"
    }
  }
}
