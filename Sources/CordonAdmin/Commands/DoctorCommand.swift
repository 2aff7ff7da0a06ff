import ArgumentParser
import CordonCore
import CordonWire

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Find what is wrong with this installation, and what to do about it.",
    discussion: """
      Looks at this home, at the connection, and at what the collector says of itself and its agents. Exit code 78 where \
      something of severity high or critical was found.

      Examples:
        cordon doctor
        cordon doctor --output json
      """)

  @OptionGroup var common: CommonOptions

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    let home = try OperatorHome(common.home, in: environment)
    var findings = HomeCheck.findings(home)
    do {
      let access = try home.collectorAccess()
      let status = try await AdminCall.run(environment, access) { clients in
        try await clients.admin.getStatus(.init(), options: AdminCall.options)
      }
      findings += HomeCheck.findings(status, at: environment.clock.now)
    } catch let error as CordonError {
      // What is wrong with the home was found already; here only the connection's own trouble is new.
      if !findings.contains(where: { $0.code == error.code }) { findings.append(.init(error, .critical)) }
    }
    findings.sort { $0.severity.rawValue > $1.severity.rawValue }
    let text = findings.isEmpty ? "Nothing is wrong.\n" : findings.map { FindingText.lines($0) }.joined()
    Report(text: text, json: .list(findings.map(FindingText.json))).print(as: common.printing.output, in: environment)
    if findings.contains(where: { $0.severity.rawValue >= Cordon_V1_Severity.high.rawValue }) { throw ExitCode(78) }
  }
}

extension Cordon_V1_Finding {
  init(_ error: CordonError, _ severity: Cordon_V1_Severity) {
    self.init()
    self.severity = severity
    code = error.code
    message = error.message
    remedy = error.remedy
  }
}
