import ArgumentParser
import CordonCollector
import CordonCore
import CordonLearning
import CordonRange
import CordonTelemetry

/// What Cordon finds of a made-up hospital's attacks, when, and at which budget.
struct RangeBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "range", abstract: "Attacks of a made-up hospital: found by what, when, at which budget.")

  /// Alerts a day of the whole site.
  static let budgets = [0.5, 1, 3]

  private static let schemas: [FeatureSchema] = [.hostAtHost, .userAtHost, .userAtEHR, .deviceAtWire]

  @Option(help: "Everything is drawn from it.") var seed: UInt64 = 7
  @Option(help: "People.") var users = 40
  @Option(help: "Linux machines.") var hosts = 30
  @Option(help: "Medical devices.") var devices = 20
  @Option(help: "Days; attacks are in the second half.") var days = 56
  @Option(help: "The folder of Sigma rules.") var rules = "deploy/sigma"

  func run() throws {
    let progress = Progress("range")
    let settings = HospitalSettings(
      seed: seed, days: days, users: users, hosts: hosts, devices: devices, attacks: AttackKind.allCases)
    let recording = try Recording(settings)
    let shipped = try ShippedRules(folder: rules)
    var agents = try RangeAgents(recording.hospital, rules: shipped.policy)
    var windows = RangeWindows()
    var detections: [(agent: String, detection: Detection)] = []
    try recording.forEachDay { day, activity in
      progress.say("day \(day + 1) of \(days)")
      let end = recording.hospital.calendar.midnight(of: day + 1)
      for (agent, record) in agents.take(activity, until: end) {
        switch record {
        case .window(let window): windows.add(window)
        case .detection(let detection): detections.append((agent, detection))
        case .outcome: break
        }
      }
      try windows.settle(before: end)
    }
    // The last day's, of which no part is still to come.
    try windows.settle(before: recording.hospital.calendar.end.advanced(by: HospitalCalendar.dayLength * 2))
    let report = RangeReport(
      recording: recording, truth: RangeTruth(recording, agents: agents), detections: detections, rules: shipped,
      schemas: Self.schemas)
    var judges: [RangeJudge] = []
    let clean = recording.hospital.calendar.midnight(of: days / 2)
    for schema in Self.schemas {
      progress.say("learning \(schema.name)")
      judges.append(try RangeJudge(windows.of(schema), of: schema, cleanUntil: clean))
    }
    var policy = shipped.policy
    policy.wire.isEnabled = true
    var found: [[RangeJudge.Alert]] = []
    for budget in Self.budgets {
      progress.say("judging at \(budget) alerts a day")
      found.append(try judges.flatMap { try $0.alerts(budget: budget, policy: policy) })
    }
    let silent = Self.budgets.map { budget in
      judges.map { judge in judge.outlook(budget: budget, policy: policy).count { $0.result.threshold == nil } }
        .reduce(0, +)
    }
    print(
      report.text(
        found, silent: silent, scales: judges.map { $0.outlook(budget: 1, policy: policy).count }.reduce(0, +)))
    print(
      "\(users) people, \(hosts) hosts and \(devices) devices over \(days) days, seed \(seed); attacks from day "
        + "\(days / 2 + 1). \(Show.count(Double(agents.observed))) observations, \(agents.dropped) dropped.\n")
  }
}
