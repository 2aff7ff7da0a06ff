import CordonAgent
import CordonCore
import CordonRuntime
import Glibc

// A peer that went away makes a write fail; it must not end the daemon.
signal(SIGPIPE, SIG_IGN)
// A hangup means to reload; before the daemon listens to it, and between commands, it must not end the program.
signal(SIGHUP, SIG_IGN)

let arguments = Array(CommandLine.arguments.dropFirst())
// Before the first `await`: afterwards the main thread is parked where no change of account reaches it.
do throws(CordonError) {
  try WorkerConfinement.enterIfWorker(arguments)
} catch {
  Terminal.put("cordon-agent: \(error)\n", to: STDERR_FILENO)
  exit(error.exitCode)
}

let environment = AgentEnvironment(
  clock: SystemClock(), version: CordonVersion.text, write: { Terminal.put($0, to: STDOUT_FILENO) },
  complain: { Terminal.put($0, to: STDERR_FILENO) },
  readInput: { (most) throws(CordonError) in try Terminal.readInput(most: most) },
  configuration: { try await AgentSettings.load(file: $0) }, enrolment: EnrolmentConnector(), daemon: Daemon())
exit(await AgentCommand.execute(arguments, in: environment))
