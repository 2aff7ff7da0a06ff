import ArgumentParser
import CordonAgent
import CordonCore
import CordonRuntime
import CordonTrust
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import ServiceLifecycle

/// An agent without sensors: identity, spool and uplink are the agent's own, the records are made up.
///
/// Every record has a number that no other has. A number is written to the journal only after the spool said that the
/// record is durable, so that whatever kills this program, a test knows what must arrive.
@main
struct LoadAgent: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cordon-load", abstract: "Spool made-up records and send them, as an agent would.")

  @Option(help: "The agent's folder, enrolled by cordon-agent enroll.") var state: String
  @Option(help: "The collector's address.") var collector: String
  @Option(help: "Where the numbers of durable records go, one a line.") var journal: String
  @Option(help: "Records a second.") var rate = 200
  @Option(help: "The first record's number.") var from: UInt32 = 1
  @Flag(help: "Make no records; send what the spool holds, and end once it is empty.") var drain = false

  func run() async throws {
    ProgramLogging.start(level: .info)
    let logger = Logger(label: "cordon-load")
    let paths = AgentPaths(state: state, run: "\(state)/run")
    let identity = try AgentIdentity.load(from: paths.identity)
    let spool = try Spool(path: paths.spool, clock: SystemClock())
    let uplink = try Self.uplink(identity, spool, to: collector, logger)
    let task =
      drain
      ? TaskService("drain") { try await Self.waitUntilEmpty(spool) }
      : TaskService("load") {
        try await Load(spool: spool, journal: try Journal(path: journal), host: identity.label, rate: rate)
          .run(from: from)
      }
    try await ProgramGroup.run([uplink, task], logger: logger)
  }

  private static func uplink(
    _ identity: AgentIdentity, _ spool: Spool, to collector: String, _ logger: Logger
  ) throws -> UplinkService<HTTP2ClientTransport.Posix> {
    let live = try LiveIdentity(chain: identity.chain, key: identity.key)
    let endpoint = try NetworkEndpoint(collector)
    let guardian = ConnectionGuardian(
      trust: try TrustStore(domain: identity.domain, roots: identity.roots.certificates), clock: SystemClock(),
      accepting: [.collector], usage: .server)
    return UplinkService(
      parts: .init(
        agent: AgentDescription(version: "load", bootID: "load"), spool: spool, status: Quiet(), directives: Quiet(),
        clock: SystemClock(), logger: logger),
      // The collector is down for moments only: pauses of minutes would test nothing.
      settings: UplinkSettings(backOffFirst: .milliseconds(100), backOffMost: .seconds(1)),
      connector: { body in
        try await withGRPCClient(
          transport: try ClientTransports.mutual(to: endpoint, as: live, guardian: guardian), handleClient: body)
      })
  }

  private static func waitUntilEmpty(_ spool: Spool) async throws {
    while await spool.depth.records > 0 { try await ContinuousClock().sleep(for: .milliseconds(50)) }
  }
}

/// Tells nothing, and knows no directive.
private struct Quiet: AgentStatusSource, DirectiveHandler {
  var status: AgentStatus { AgentStatus() }
  func saw(checkpoint: String) {}
  func obey(_ envelope: Envelope, directive id: UInt64) -> DirectiveVerdict { .unsupported }
}
