import CordonAgent
import CordonCore
import CordonTestSupport
import CordonTrust

/// Envelopes signed once for all runs: genuine releases, and what a thief of the collector could send instead.
struct ScriptedDirectives {
  let authority: TestAuthority
  let genuine: [Envelope]
  let forged: [Envelope]

  init() throws {
    authority = try TestAuthority()
    var randomness = SeededRandomness(seed: 3)
    var genuine: [Envelope] = []
    var forged: [Envelope] = []
    for _ in 0..<6 {
      let release = CommandRelease(
        commandID: UniqueID(at: FakeClock.start, randomness: &randomness),
        agentID: AgentID("01010101010101010101010101010101")!, reason: "over")
      genuine.append(try release.sealed(by: [authority.bob]))
    }
    for index in 0..<6 {
      let release = CommandRelease(
        commandID: UniqueID(at: FakeClock.start, randomness: &randomness),
        agentID: AgentID("01010101010101010101010101010101")!, reason: "never")
      switch index % 3 {
      case 0: forged.append(try release.sealed(by: []))
      case 1: forged.append(try release.sealed(by: [AuthoritySigningKey(secret: randomness.bytes(32))]))
      default:
        var borrowed = try release.sealed(by: [authority.bob])
        borrowed.signatures = genuine[0].signatures
        forged.append(borrowed)
      }
    }
    self.genuine = genuine
    self.forged = forged
  }

  /// The command that an envelope names, whoever signed it.
  static func command(of envelope: Envelope) -> UniqueID? { try? CommandRelease(payload: envelope.payload).commandID }
}

extension Simulation {
  /// The collector, or who stole it, has something for an agent.
  func direct(_ index: Int) {
    let isGenuine = chance(1, in: 2)
    let choice = isGenuine ? scripted.genuine : scripted.forged
    let envelope = choice[Int.random(in: 0..<choice.count, using: &randomness)]
    let row = Outbound(id: UInt64(outbound.count + 1), agent: index, envelope: envelope, isGenuine: isGenuine)
    outbound.append(row)
    for id in collector.connections.keys.sorted() {
      guard let connection = collector.connections[id], connection.agent == index, connection.collector == .open
      else { continue }
      send(.directive(row.id, envelope), on: connection)
    }
  }

  /// Nothing that is not signed was obeyed, and everything that is was.
  func directiveFaults() -> [String] {
    var wrong: [String] = []
    for row in outbound {
      guard let command = ScriptedDirectives.command(of: row.envelope) else { continue }
      let wasObeyed = agents[row.agent].obeyed[command] != nil
      if wasObeyed != row.isGenuine {
        wrong.append("directive \(row.id): obeyed \(wasObeyed), genuine \(row.isGenuine)")
      }
      if let answer = row.answer, (answer == .accepted) != row.isGenuine {
        wrong.append("directive \(row.id) was answered \(answer)")
      }
    }
    return wrong
  }
}
