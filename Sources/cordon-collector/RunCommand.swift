import ArgumentParser
import CordonCollector
import CordonCore
import CordonRuntime
import FoundationEssentials
import Glibc
import Logging

/// Runs the collector until it is told to stop.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run the collector.",
    discussion: """
      Stops gracefully on SIGTERM: streams end, what was received is committed, the ledger is signed.
      SIGHUP reads configuration, certificates and revocations again; the log says what changed and what needs a restart.

      Examples:
        cordon-collector run
        cordon-collector run --state /srv/collector --uplink-address 0.0.0.0:7443
      """)

  @OptionGroup var options: SettingsOptions

  func run() async throws {
    try await CollectorProgram.reporting {
      let settings = try await options.load()
      // Until there is an answer to it, a hangup must not end the program.
      signal(SIGHUP, SIG_IGN)
      ProgramLogging.start(level: settings.logLevel.level)
      let logger = Logger(label: "cordon-collector")
      let collector = try await CollectorAssembly.build(settings, clock: SystemClock(), logger: logger)
      let notifier = SystemdNotifier(environment: ProcessInfo.processInfo.environment)
      let announcer = TaskService("announcer") {
        let (uplink, enrolment) = try await collector.listening()
        logger.notice(
          "collector runs",
          metadata: [
            "uplink": "\(uplink)", "enrolment": "\(enrolment)", "collector": "\(collector.domain.context.name)",
            "state": "\(settings.state)",
          ])
        try await Task.sleep(for: .seconds(Int64.max / 4))
      }
      let reload = CollectorReload(collector, started: settings) { [options] in try await options.load() }
      let reloading = await ReloadService(logger: logger) { try await reload.run() }
      try await ProgramGroup.run(collector.services + [announcer, reloading, notifier], logger: logger)
    }
  }
}

/// What `run` and `check` read: options here, the rest from environment and file.
struct SettingsOptions: ParsableArguments {
  @Option(help: "The collector's folder: keys, certificates, database.") var state: String?
  @Option(help: "Configuration file, one KEY=value a line; default \(CollectorProgram.defaultConfiguration).")
  var config: String?
  @Option(help: "Where agents and operators connect, such as 0.0.0.0:7443.") var uplinkAddress: String?
  @Option(help: "Where machines with a token connect, such as 0.0.0.0:7444.") var enrolmentAddress: String?
  @Option(help: "trace, debug, info, notice, warning or error.") var logLevel: String?

  func load() async throws -> CollectorSettings {
    let given = [
      "--state": state, "--uplink-address": uplinkAddress, "--enrolment-address": enrolmentAddress,
      "--log-level": logLevel,
    ]
    let arguments = given.sorted { $0.key < $1.key }.flatMap { name, value in value.map { [name, $0] } ?? [] }
    return try await CollectorSettings.load(arguments: arguments, file: config)
  }
}
