import ArgumentParser
import CordonCore
import CordonPolicy

struct PolicyDiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Show what a policy would change, one line a field.",
    discussion: """
      Compares with the policy in force for its group, or with another file (which needs no collector). Lines that widen \
      what agents may do say so.

      Examples:
        cordon policy diff ward.yaml
        cordon policy diff ward.yaml --against ward-old.yaml
      """)

  @OptionGroup var common: CommonOptions
  @Option(help: ArgumentHelp("Compare with this file instead of the policy in force.", valueName: "file"))
  var against: String?
  @Argument(help: "The policy's file; - reads standard input.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    let policy = try PolicyFile.policy(file, in: environment)
    let report: Report
    if let against {
      report = Self.report(PolicyDiff(from: try PolicyFile.policy(against, in: environment), to: policy))
    } else {
      let home = try OperatorHome(common.home, in: environment)
      report = try await AdminCall.run(environment, try home.collectorAccess()) { clients in
        let session = AdminSession(clients, home: home, environment: environment)
        return Self.report(PolicyDiff(from: try await PolicyInForce.of(policy.group, in: session).policy, to: policy))
      }
    }
    report.print(as: common.printing.output, in: environment)
  }

  static func report(_ diff: PolicyDiff) -> Report {
    Report(
      text: diff.changes.isEmpty ? "No field differs.\n" : diff.changes.map { "\($0)\n" }.joined(),
      json: .list(
        diff.changes.map { change in
          .fields([
            "kind": .text(change.kind.rawValue), "path": .text(change.path), "before": .optional(change.before),
            "after": .optional(change.after), "widens_authority": .flag(change.widensAuthority),
          ])
        }))
  }
}
