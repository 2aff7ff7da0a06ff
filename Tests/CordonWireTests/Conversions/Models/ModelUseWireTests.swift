import CordonCore
import CordonWire
import Foundation
import Testing

/// What an agent says of its models survives the way, and what it cannot say is left out.
@Suite struct ModelUseWireTests {
  private static let use = ModelUse(
    schema: 1, digest: [UInt8](repeating: 4, count: 32), purpose: "shadow", state: .refused, code: "canary-missed",
    message: "A canary window is not flagged.", learningUntil: Timestamp(milliseconds: 7_000))

  @Test func useSurvives() {
    #expect(Cordon_V1_ModelUse(Self.use).domain == Self.use)
    let alone = ModelUse(schema: 2, purpose: "champion", state: .running)
    #expect(Cordon_V1_ModelUse(alone).domain == alone)
  }

  @Test func whatIsNoneIsLeftOut() {
    func domain(_ spoil: (inout Cordon_V1_ModelUse) -> Void) -> ModelUse? {
      var message = Cordon_V1_ModelUse(Self.use)
      spoil(&message)
      return message.domain
    }
    #expect(domain { $0.state = "dreaming" } == nil)
    #expect(domain { $0.sha256.removeLast() } == nil)
    #expect(domain { $0.learningUntilMs = -1 } == nil)
    #expect(domain { $0.message = String(repeating: "x", count: 5_000) }?.message.count == WireLimits.sentence)
  }

  /// A heartbeat that an earlier version stored has no models.
  @Test func anOlderHeartbeatIsRead() throws {
    var beat = AgentHeartbeat(clock: Timestamp(milliseconds: 5), models: [Self.use])
    let encoded = try JSONEncoder().encode(beat)
    #expect(try JSONDecoder().decode(AgentHeartbeat.self, from: encoded) == beat)
    var fields = try #require(try JSONSerialization.jsonObject(with: encoded) as? [String: Any])
    fields["models"] = nil
    beat.models = []
    #expect(
      try JSONDecoder().decode(AgentHeartbeat.self, from: try JSONSerialization.data(withJSONObject: fields)) == beat)
  }
}
