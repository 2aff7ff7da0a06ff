import CordonAgent
import CordonCore
import CordonRuntime
import Glibc

// A peer that went away makes a write fail; it must not end the daemon.
signal(SIGPIPE, SIG_IGN)

let environment = AgentEnvironment(
  clock: SystemClock(), version: CordonVersion.text, write: { Terminal.put($0, to: STDOUT_FILENO) },
  complain: { Terminal.put($0, to: STDERR_FILENO) },
  readInput: { (most) throws(CordonError) in try Terminal.readInput(most: most) },
  configuration: { try await AgentSettings.load(file: $0) }, enrolment: EnrolmentConnector(), daemon: Daemon())
exit(await AgentCommand.execute(Array(CommandLine.arguments.dropFirst()), in: environment))
