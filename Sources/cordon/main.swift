import CordonAdmin
import CordonRuntime
import Glibc

// Where the reader went away, a write fails, and the program ends with its own exit code.
signal(SIGPIPE, SIG_IGN)

let environment = AdminEnvironment.system(
  clock: SystemClock(),
  connector: TransportConnector { collector in
    try ClientTransports.toCollector(
      host: collector.host, port: collector.port, trust: collector.trust, chain: collector.chain, key: collector.key,
      onRefusal: { AdminEnvironment.complain("cordon: \($0)\n") })
  })
exit(await CordonCommand.execute(Array(CommandLine.arguments.dropFirst()), in: environment))
