import CordonCore
import CordonLearning
import CordonTestSupport
import Crypto
import Testing

@testable import CordonTelemetry

/// Whom machines have spoken with outlives a restart.
@Suite struct WireMemoryTests {
  /// A pump that has called its gateway once a minute for two hours.
  private static func watched() throws -> WireStage {
    var stage = try WireStageTests.stage()
    for minute in 0..<120 { try call(&stage, WireStageTests.engine, minute: minute) }
    return stage
  }

  private static func call(_ stage: inout WireStage, _ server: String, minute: Int) throws {
    let time = FakeClock.start.advanced(by: .seconds(60 * minute))
    let part = FlowPart(transport: 6, start: time, clientBytes: 10, serverBytes: 10, isFirst: true)
    stage.take(try WireStageTests.exchange(.flow(part), to: server), at: time, now: time)
  }

  private static func pump(_ stage: inout WireStage) throws -> [String: Float] {
    try WireStageTests.values(stage.windows.finish(), of: "pump-3")
  }

  @Test func `a restart makes no old peer new, and no new one old`() throws {
    var after = try WireStageTests.stage(memory: Self.watched().memory)
    try Self.call(&after, WireStageTests.engine, minute: 121)
    #expect(try Self.pump(&after)["new_peers"] == nil)
    try Self.call(&after, "10.0.0.66", minute: 122)
    #expect(try Self.pump(&after)["new_peers"] == 1)
    var forgetful = try WireStageTests.stage()
    try Self.call(&forgetful, "10.0.0.66", minute: 122)
    #expect(try Self.pump(&forgetful)["new_peers"] == nil, "without a memory it has to warm up again")
  }

  @Test func `a beacon goes on being one`() throws {
    var after = try WireStageTests.stage(memory: Self.watched().memory)
    try Self.call(&after, WireStageTests.engine, minute: 120)
    #expect(try Self.pump(&after)["beacon_score_most"] == 1)
  }

  @Test func `what is remembered is under the agent's own key, and outlives the site's`() throws {
    let memory = try Self.watched().memory
    #expect(memory == (try Self.watched().memory), "the same past is written the same")
    var stage = try WireStageTests.stage(memory: memory)
    let ring = KeyRing(current: try #require(EpochKey(epoch: 2, bytes: [UInt8](repeating: 5, count: 32))))
    stage.use(
      Pseudonymiser(keys: PseudonymKeys(staff: ring, patient: ring, path: SymmetricKey(size: .bits256))))
    try Self.call(&stage, WireStageTests.engine, minute: 121)
    #expect(try Self.pump(&stage)["new_peers"] == nil)
  }

  /// Each cut and each changed byte is read as nothing or as something of bounded size; none breaks.
  @Test func `a damaged memory is as if nothing had been seen`() throws {
    let memory = try Self.watched().memory
    for length in stride(from: 0, to: memory.count, by: 7) {
      #expect(try WireStageTests.stage(memory: Array(memory[..<length])).memory.isEmpty)
    }
    for index in memory.indices {
      var damaged = memory
      damaged[index] ^= 0xFF
      #expect(try WireStageTests.stage(memory: damaged).memory.count <= WireStage.memoryLimit)
    }
    #expect(try WireStageTests.stage(memory: memory + [0]).memory.isEmpty)
  }
}
