import CordonCore
import CordonTestSupport
import Crypto
import Testing

@testable import CordonTelemetry

@Suite struct ComputerStageTests {
  static func stage(_ computers: [String], memory: [UInt8] = []) throws -> ComputerStage {
    var policy = Policy.observeOnly
    policy.logs.windowsComputers = computers
    let ring = KeyRing(current: try #require(EpochKey(epoch: 1, bytes: [UInt8](1...32))))
    let keys = PseudonymKeys(staff: ring, patient: nil, path: SymmetricKey(data: [UInt8](repeating: 7, count: 32)))
    return ComputerStage(
      policy: policy, pseudonymiser: Pseudonymiser(keys: keys), ownKey: keys.path, memory: memory)
  }

  static func observation(
    _ activity: Activity, _ object: ObservedObject? = nil, outcome: ActivityOutcome = .success,
    image: String = "C:\\a.exe", on machine: String = "WS-5", after: Duration = .zero
  ) -> Observation {
    var made = Observation(
      time: FakeClock.start.advanced(by: after), family: .host, source: WindowsSensor.name, activity: activity,
      outcome: outcome, process: ObservedProcess(pid: 1, executable: Array(image.utf8)),
      foreign: ForeignEvent(machine: machine))
    if let object { made.object = object }
    return made
  }

  static func values(_ window: EntityWindow) -> [String: Float] {
    Dictionary(
      uniqueKeysWithValues: zip(FeatureSchema.deviceAtHost.features, window.features).filter { $1 != 0 }
        .map { ($0.name, $1.rounded()) })
  }

  @Test func `the schema's positions are the code's`() {
    #expect(ComputerFeatures.allCases.map(\.rawValue) == Array(0..<FeatureSchema.deviceAtHost.features.count))
    #expect(ComputerFeatures.allCases.map(\.id) == (701...716).map { UInt32($0) })
    #expect(ComputerFeatures.accountChanges.id == FeatureSchema.deviceAtHost.features.last?.id)
  }

  @Test func `what a computer's log tells counts for it`() throws {
    var stage = try Self.stage(["ws-5"])
    let away = ObservedObject.peer(try #require(IPAddress("198.51.100.7")), port: 443)
    let logOn = ObservedObject.authentication(
      Authentication(service: .display, origin: IPAddress("192.0.2.7").map { .address($0) }))
    let observed = [
      Self.observation(.processStart), Self.observation(.processStart), Self.observation(.connect, away),
      Self.observation(.fileWrite), Self.observation(.fileDelete), Self.observation(.logOn, logOn),
      Self.observation(.logOn, logOn, outcome: .failure), Self.observation(.privilegeUse),
      Self.observation(.persistenceChange), Self.observation(.accountChange),
    ]
    for observation in observed { stage.take(observation, by: nil, now: FakeClock.start) }
    let windows = stage.windows.finish()
    #expect(windows.map(\.entity) == [EntityRef(kind: .device, label: "WS-5")])
    #expect(
      Self.values(try #require(windows.first)) == [
        "process_starts": 2, "distinct_executables": 1, "new_executables": 1, "connects": 1, "distinct_peers": 1,
        "distinct_peer_ports": 1, "files_written": 1, "files_deleted": 1, "logons": 1, "failed_logons": 1,
        "distinct_logon_sources": 1, "new_logon_sources": 1, "privilege_uses": 1, "persistence_changes": 1,
        "account_changes": 1,
      ])
  }

  @Test func `what is new to one computer is not for another`() throws {
    var stage = try Self.stage(["*"])
    for (machine, minute) in [("WS-5", 0), ("WS-5", 1), ("WS-6", 1)] {
      let observation = Self.observation(.processStart, on: machine, after: .seconds(60 * minute))
      stage.take(observation, by: nil, now: observation.time)
    }
    let found = stage.windows.finish().map { ($0.entity.label, $0.start, Self.values($0)["new_executables"] ?? 0) }
    #expect(found.filter { $0.0 == "WS-5" }.sorted { $0.1 < $1.1 }.map(\.2) == [1, 0])
    #expect(found.filter { $0.0 == "WS-6" }.map(\.2) == [1])
  }

  @Test func `a computer that nobody listed has no windows`() throws {
    var stage = try Self.stage([])
    stage.take(Self.observation(.processStart), by: nil, now: FakeClock.start)
    #expect(stage.windows.finish().isEmpty)
    #expect(stage.entity(of: "WS-5") == nil)
    #expect(stage.name(of: "WS-5")?.kind == .path)
    #expect(stage.memory.isEmpty, "nothing was seen of anybody")
  }
}
