import ArgumentParser
import CordonCore
import CordonLearning

struct LabCalibrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate", abstract: "Set a threshold on scores from a budget of alerts a day.",
    discussion: """
      Counts entity-days, not rows: the threshold is the k-th greatest daily maximum of the days that calibrate, \
      k = floor(budget / entities × (entity-days + 1)). The days after them show the rate that it would have had, each \
      entity against the others' days alone. A budget that so few entity-days cannot keep is said, with the smallest that \
      they can.

      Examples:
        cordon lab calibrate --scores scores.csv --entity host --time time --score score --budget 1
      """)

  @Option(help: ArgumentHelp("Scores: .csv or .csv.gz.", valueName: "file"), completion: .file()) var scores: String
  @Option(help: ArgumentHelp("The column of entities.", valueName: "column")) var entity: String
  @Option(help: ArgumentHelp("The column of times.", valueName: "column")) var time: String
  @Option(help: ArgumentHelp("The column of scores; higher is stranger.", valueName: "column")) var score = "score"
  @Option(help: ArgumentHelp("Alerts a day over all entities.", valueName: "number")) var budget: Double
  @Option(help: ArgumentHelp("Days before this one calibrate (default: the first half).", valueName: "date"))
  var until: String?
  @OptionGroup var printing: PrintingOptions

  func validate() throws {
    guard budget > 0, budget.isFinite else { throw ValidationError("--budget: a number of alerts above 0") }
  }

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    var split: Timestamp?
    if let until {
      guard let moment = LabTime.moment(until) else {
        throw CordonError(
          .invalid, "malformed-time", "--until: `\(until)` is no date.", remedy: "Write 2026-01-31.")
      }
      split = moment
    }
    var reader = try CSVReader(path: scores)
    let run = try CalibrationRun(&reader, file: scores, entity: entity, time: time, score: score, until: split)
    Self.report(run, budget: budget).print(as: printing.output, in: environment)
  }

  static func report(_ run: CalibrationRun, budget: Double) -> Report {
    let counts: [JSONValue.Field] = [
      .init(name: "budget_per_day", value: .number(budget)),
      .init(name: "entities", value: .integer(Int64(run.entities))),
    ]
    switch run.result(alertsPerDay: budget) {
    case .infeasible(let leastRate, let entityDays):
      let least = leastRate * Double(run.entities)
      return Report(
        text: """
          A budget of \(budget) alerts a day is not feasible with \(entityDays) entity-days: at least \(least) a day, or \
          more days.

          """,
        json: .object(
          counts + [
            .init(name: "feasible", value: .flag(false)), .init(name: "least_budget_per_day", value: .number(least)),
            .init(name: "entity_days", value: .integer(Int64(entityDays))),
          ]))
    case .feasible(let threshold, let rank, let entityDays):
      let alerts = run.alerts(alertsPerDay: budget)
      let days = run.laterDays.count
      let realised = days > 0 ? Double(alerts) / Double(days) : 0
      return Report(
        text: """
          Threshold \(threshold): alert above it (rank \(rank) of \(entityDays) entity-days).
          On the \(days) days after: \(alerts) alerts, \(realised) a day for a budget of \(budget).

          """,
        json: .object(
          counts + [
            .init(name: "feasible", value: .flag(true)), .init(name: "threshold", value: .number(threshold)),
            .init(name: "rank", value: .integer(Int64(rank))),
            .init(name: "entity_days", value: .integer(Int64(entityDays))),
            .init(name: "days_after", value: .integer(Int64(days))),
            .init(name: "alerts_after", value: .integer(Int64(alerts))),
            .init(name: "realised_per_day", value: .number(realised)),
          ]))
    }
  }
}
