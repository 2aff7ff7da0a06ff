package import ArgumentParser
import CordonCore

/// `cordon-agent`: the daemon on workstations and device gateways, and its own few commands.
package struct AgentCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "cordon-agent",
    abstract: "Watch this machine's behaviour and contain what its site's operators, or its policy, order.",
    discussion: """
      Examples:
        cordon-agent enroll --label ward3-ws12 < token
        cordon-agent run
        cordon-agent run --recording audit.log
        cordon-agent status
        cordon-agent release --all
        cordon-agent pseudonymise protected.csv

      Exit codes are those of sysexits(3): 64 usage, 65 bad input, 66 not found, 74 input or output failed,
      75 try again later, 77 not allowed.
      """,
    subcommands: [
      RunCommand.self, WorkerCommand.self, EnrollCommand.self, StatusCommand.self, ReleaseCommand.self,
      ReplayCommand.self, PseudonymiseCommand.self, VersionCommand.self,
    ])

  package init() {}

  /// Parses and runs arguments (without the program's name); returns the exit code, and never ends the process.
  package static func execute(_ arguments: [String], in environment: AgentEnvironment) async -> Int32 {
    await AgentEnvironment.$current.withValue(environment) {
      do {
        var command = try await asyncParseAsRoot(arguments)
        if var asynchronous = command as? any AsyncParsableCommand {
          try await asynchronous.run()
        } else {
          try command.run()
        }
        return 0
      } catch let error as CordonError {
        environment.complain("cordon-agent: \(error)\n")
        return error.exitCode
      } catch is CancellationError {
        return 0
      } catch {
        let code = exitCode(for: error)
        let message = fullMessage(for: error)
        if !message.isEmpty {
          code == .success ? environment.write(message + "\n") : environment.complain(message + "\n")
        }
        return code.rawValue
      }
    }
  }
}

/// Options that every command takes.
struct AgentOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The configuration (default: \(AgentConfig.usualFile)).", valueName: "file"))
  var config: String?

  func load(in environment: AgentEnvironment) async throws -> AgentConfig {
    var loaded = try await environment.configuration(config)
    loaded.file = config
    return loaded
  }
}

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run the daemon, in the foreground, as root.",
    discussion: """
      Stops on SIGTERM after what is spooled is safe; held actions stay in force for their leases.

      With --recording the agent reads an audit.log or a pcap (or a pipe that one is written to) in place of this machine's
      sensors, in the recording's own time: what it shows is windowed, learned, scored and sent as if it had just
      happened, and nothing is done on this machine: no reflex acts, and what operators or standing authority order is
      refused. For trying Cordon out; the recording should be of the host whose label the agent has. An audit.log knows
      users by number: with --accounts the agent knows them by name, and people by the same name on every machine.

      Examples:
        cordon-agent run
        cordon-agent run --recording ws-17/audit.log --config ws-17.conf
        cordon-agent run --recording ws-17/audit.log --accounts ws-17/passwd --config ws-17.conf
        cordon-agent run --recording gateway/monday.pcap --config gateway.conf
      """)

  @OptionGroup var options: AgentOptions
  @Option(help: ArgumentHelp("Read this in place of the machine's own sensors.", valueName: "audit.log|pcap"))
  var recording: String?
  @Option(help: ArgumentHelp("The recorded machine's accounts, as getent passwd prints them.", valueName: "passwd"))
  var accounts: String?

  func validate() throws {
    guard accounts == nil || recording != nil else { throw ValidationError("--accounts goes with --recording.") }
  }

  func run() async throws {
    let environment = try AgentEnvironment.get()
    var config = try await options.load(in: environment)
    config.recording = recording
    config.accounts = accounts
    try await environment.daemon.runKeeper(config)
  }
}

struct WorkerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "The daemon's second process; started by the first.", shouldDisplay: false)

  @OptionGroup var options: AgentOptions
  @Option(help: "The account it has become by now, before the first thread.") var account: String
  @Option(help: "What the keeper reads in place of sensors.") var recording: String?

  func run() async throws {
    let environment = try AgentEnvironment.get()
    var config = try await options.load(in: environment)
    config.recording = recording
    try await environment.daemon.runWorker(config)
  }
}

struct VersionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Print the version.",
    discussion: """
      Examples:
        cordon-agent version
      """)

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let environment = try AgentEnvironment.get()
    try output.write(
      ["version": environment.version], as: "cordon-agent \(environment.version)\n", in: environment)
  }
}
