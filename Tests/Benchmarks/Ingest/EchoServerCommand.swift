import ArgumentParser
import CordonCollector
import CordonCore
import CordonRuntime
import CordonTrust
import CordonWire
import GRPCCore

/// The limit that gRPC sets: the same stream over the same mTLS, each batch decoded and acknowledged, nothing stored.
struct EchoServerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "echo-server", abstract: "Acknowledge batches without storing them.", shouldDisplay: false)

  @Option var state: String
  @Option var address: String

  func run() async throws {
    let identity = try CollectorIdentity.load(from: state)
    let live = try LiveIdentity(
      chain: try CollectorIdentity.currentChain(in: state), key: identity.identityKey)
    let trust = try TrustStore(domain: identity.grant.domain, roots: identity.grant.roots)
    var randomness = SystemRandomNumberGenerator()
    let transport = try ServerTransports.mutual(
      on: try NetworkEndpoint(address), as: live,
      guardian: ConnectionGuardian(trust: trust, clock: SystemClock(), accepting: [.agent], usage: .client),
      randomness: &randomness)
    try await GRPCServer(transport: transport, services: [EchoUplink()]).serve()
  }
}

private struct EchoUplink: Cordon_V1_Uplink.SimpleServiceProtocol {
  func connect(
    request: RPCAsyncSequence<Cordon_V1_AgentMessage, any Error>, response: RPCWriter<Cordon_V1_CollectorMessage>,
    context: ServerContext
  ) async throws {
    for try await message in request {
      var answer = Cordon_V1_CollectorMessage()
      switch message.body {
      case .hello: answer.welcome.protocol = UplinkLimits.protocolVersion
      case .batch(let batch):
        answer.ack.lane = batch.lane
        answer.ack.epoch = batch.epoch
        answer.ack.through = batch.firstSequence + UInt64(batch.records.count) - 1
      default: continue
      }
      try await response.write(answer)
    }
  }
}
