import ArgumentParser
import CordonCore
import CordonTrust

struct RosterShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show who may sign what, and how many must.",
    discussion: """
      Asks the collector for a newer one, and keeps it only where the known one's root keys signed it.

      Examples:
        cordon roster show
        cordon roster show --offline
        cordon roster show roster-3.envelope
      """)

  @OptionGroup var common: CommonOptions
  @Flag(help: "Show the one that this home knows, without asking the collector.") var offline = false
  @Argument(help: "A file that holds a roster's envelope instead.", completion: .file()) var file: String?

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    let home = try OperatorHome(common.home, in: environment)
    let now = environment.clock.now
    let report: Report
    if let file {
      let envelope = try Envelope(serialized: try FileInput.read(file, most: 2 << 20, in: environment))
      report = RosterPage.report(try Roster(payload: envelope.payload), envelope, at: now)
    } else if offline {
      let known = try home.roster()
      report = RosterPage.report(known.roster, known.envelope, at: now)
    } else {
      report = try await AdminCall.run(environment, try home.collectorAccess()) { clients in
        let session = AdminSession(clients, home: home, environment: environment)
        let found = try await RosterInForce.of(session)
        return RosterPage.report(found.roster, found.envelope, at: now)
      }
    }
    report.print(as: common.printing.output, in: environment)
  }
}
