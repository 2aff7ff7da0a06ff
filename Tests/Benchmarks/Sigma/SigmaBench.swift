import ArgumentParser
import CordonCore
import CordonRange
import CordonTelemetry
import Foundation

/// What matching Sigma rules costs an agent, on the programs and connections of a made-up hospital's host.
struct SigmaBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sigma", abstract: "Sigma rules matched on programs started and connections.")

  @Option(help: "The folder of rules.") var rules: String = "deploy/sigma"
  @Option(help: "Days of the recording.") var days: Int = 3
  @Option(help: "Runs of each; the best counts.") var runs: Int = 5

  func run() throws {
    let observations = try recorded()
    let shipped = try ShippedRules(folder: rules).policy.sigma.rules
    var table = MarkdownTable("Sigma rules", "ns an observation", "of a core at 5,000 a second", "matches")
    for count in [0, shipped.count, 1000] {
      var sigma = Policy.Sigma()
      sigma.rules = Self.varied(shipped, count: count)
      let (nanoseconds, matches) = try best(of: sigma, on: observations)
      table.add(
        "\(count)", Show.count(nanoseconds), Show.finePercent(nanoseconds * 5000 / 1e9), Show.count(Double(matches)))
    }
    print(table.text)
    print(
      "\(Show.count(Double(observations.count))) observations; rules beyond those that ship are theirs with other "
        + "words. Best of \(runs), processor time.\n")
  }

  /// Programs started and connections of one host that all people use.
  private func recorded() throws -> [Observation] {
    let recording = try Recording(HospitalSettings(seed: 1, days: days, users: 50, hosts: 1, attacks: []))
    var log = AuditLog(of: recording.hospital.hosts[0], in: recording.hospital)
    var parser = AuditParser()
    var observations: [Observation] = []
    recording.forEachDay { _, activity in
      var text: [UInt8] = []
      for event in activity.machine { log.append(event, to: &text) }
      for record in AuditSensor.records(inReplay: text).records {
        parser.parse(record, arrived: .epoch, into: &observations)
      }
    }
    parser.finish(into: &observations)
    return observations
  }

  /// So many rules: the given ones, then the same with another last letter in every text.
  private static func varied(_ rules: [SigmaRule], count: Int) -> [SigmaRule] {
    (0..<count).map { number in
      var rule = rules[number % rules.count]
      let round = number / rules.count
      guard round > 0 else { return rule }
      rule.id += "-\(round)"
      rule.tests = rule.tests.map { test in
        guard case .text(let pattern, let isCased) = test.match else { return test }
        let pieces = pattern.pieces.map { piece in
          guard case .literal(let bytes) = piece else { return piece }
          return SigmaPattern.Piece.literal(bytes.dropLast() + Array("\(round)".utf8))
        }
        return SigmaTest(test.field, .text(SigmaPattern(pieces), isCased: isCased))
      }
      return rule
    }
  }

  private func best(
    of sigma: Policy.Sigma, on observations: [Observation]
  ) throws -> (nanoseconds: Double, matches: Int) {
    var tripwire = SigmaTripwire()
    try tripwire.use(sigma)
    var best = Double.infinity
    var matches = 0
    for _ in 0..<max(1, runs) {
      matches = 0
      let start = clock()
      for observation in observations { matches += tripwire.examine(observation, userName: "ann").count }
      let spent = Double(clock() - start) / Double(CLOCKS_PER_SEC) * 1e9
      best = min(best, spent / Double(max(1, observations.count)))
    }
    return (best, matches)
  }
}
