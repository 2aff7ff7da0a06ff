import CordonAgent
import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

/// Logs of other machines on their way through a gateway's worker.
@Suite struct ForeignLogsTests {
  private static let rule = SigmaRule(
    id: "odd-program", title: "An odd program", severity: .critical, techniques: ["T1204"],
    source: .windowsProcessCreation,
    tests: [
      SigmaTest(.image, .text(SigmaPattern(#"*\\odd.exe"#), isCased: false)),
      SigmaTest(.originalFileName, .text(SigmaPattern("Odd.exe"), isCased: false)),
    ], condition: [.test(0), .test(1), .and])

  private static func event(on computer: String, pid: Int = 17) -> [UInt8] {
    Array(
      #"{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","UtcTime":"2026-01-01 00:00:01.000","Hostname":"\#(computer)","Image":"C:\\x\\odd.exe","OriginalFileName":"odd.exe","ProcessId":"\#(pid)","CommandLine":"odd plantedsecret","User":"WARD\\plantedann"}"#
        .utf8)
  }

  private static func policy(_ computers: [String]) -> Policy {
    var policy = WorkerSupport.policy()
    policy.sigma.rules = [rule]
    policy.sigma.reflex = [rule.id]
    policy.logs.windowsComputers = computers
    return policy
  }

  private static func detections(_ output: WorkerOutput) -> [Detection] {
    output.records.compactMap { if case .detection(let detection) = $0 { detection } else { nil } }
  }

  @Test func `a rule names the computer where the policy lists it`() throws {
    var pipeline = try WorkerSupport.pipeline(policy: Self.policy(["ws-*"]))
    let output = pipeline.ingest(
      SensorBatch(sensor: WindowsSensor.name, records: [Self.event(on: "WS-5")]), at: WorkerSupport.at(2000))
    let detection = try #require(Self.detections(output).first)
    #expect(detection.rule == "sigma:odd-program")
    #expect(detection.summary.hasPrefix("Someone on WS-5 did what"), "\(detection.summary)")
    #expect(detection.isOfAnotherMachine && detection.machine == EntityRef(kind: .device, label: "WS-5"))
    #expect(!detection.entities.contains { $0.entity.kind == .host }, "the gateway has no part in it")
    #expect(detection.process == nil, "its number means nothing here")
    #expect(output.reflexes.isEmpty && output.lineages.isEmpty, "nothing of this machine is touched for it")
  }

  @Test func `any other computer's name leaves sealed`() throws {
    var pipeline = try WorkerSupport.pipeline(policy: Self.policy([]))
    let output = pipeline.ingest(
      SensorBatch(sensor: WindowsSensor.name, records: [Self.event(on: "PLANTEDPC")]), at: WorkerSupport.at(2000))
    let detection = try #require(Self.detections(output).first)
    #expect(detection.entities.contains { $0.entity.kind == .path && $0.part == .host && !$0.sealedName.isEmpty })
    let said = "\(detection.summary) \(detection.entities.map(\.entity.label)) \(detection.evidence)"
    for name in ["PLANTEDPC", "plantedann", "plantedsecret"] { #expect(!said.contains(name)) }
  }

  @Test func `two computers' troubles are two, one's repetition is one`() throws {
    var pipeline = try WorkerSupport.pipeline(policy: Self.policy(["*"]))
    let records = ["WS-5", "WS-6", "WS-5"].map { Self.event(on: $0) }
    let output = pipeline.ingest(SensorBatch(sensor: WindowsSensor.name, records: records), at: WorkerSupport.at(2000))
    #expect(Self.detections(output).count == 2)
  }

  private static func windows(_ computers: [String], of machines: [String]) throws -> [EntityWindow] {
    var pipeline = try WorkerSupport.pipeline(policy: policy(computers))
    var output = pipeline.ingest(
      SensorBatch(sensor: WindowsSensor.name, records: machines.map { event(on: $0) }), at: WorkerSupport.at(2000))
    output.records += pipeline.finish(at: WorkerSupport.at(300_000)).records
    return output.records.compactMap { if case .window(let window) = $0 { window } else { nil } }
  }

  @Test func `a computer that the policy lists has windows of its own`() throws {
    let found = try Self.windows(["ws-*"], of: ["WS-5", "WS-6", "WS-5", "ICU-1", ""])
      .filter { $0.schema == FeatureSchema.deviceAtHost.id }
    #expect(Set(found.map(\.entity)) == Set(["WS-5", "WS-6"].map { EntityRef(kind: .device, label: $0) }))
    let busy = try #require(found.first { $0.entity.label == "WS-5" })
    #expect(busy.observations == 2 && !busy.isPartial)
    #expect(busy.features[ComputerFeatures.processStarts.rawValue] == 2)
    #expect(busy.features[ComputerFeatures.newExecutables.rawValue].rounded() == 1)
  }

  @Test func `a log that comes late is cut in its own time`() throws {
    var pipeline = try WorkerSupport.pipeline(policy: Self.policy(["*"]))
    let late = WorkerSupport.at(86_400_000)
    var output = pipeline.ingest(SensorBatch(sensor: WindowsSensor.name, records: [Self.event(on: "WS-5")]), at: late)
    output.records += pipeline.tick(at: late.advanced(by: .seconds(119))).records
    #expect(output.records.allSatisfy { $0.lane != .window })
    output = pipeline.tick(at: late.advanced(by: .seconds(120)))
    let windows = output.records.compactMap { if case .window(let window) = $0 { window } else { nil } }
    #expect(Set(windows.map(\.schema)) == [FeatureSchema.deviceAtHost.id, FeatureSchema.userAtHost.id])
    #expect(windows.allSatisfy { $0.start == WorkerSupport.start })
    #expect(pipeline.counters.windows.late == 0)
  }

  @Test func `what a computer was seen with survives a restart`() throws {
    var before = try WorkerSupport.pipeline(policy: Self.policy(["*"]))
    let batch = SensorBatch(sensor: WindowsSensor.name, records: [Self.event(on: "WS-5")])
    _ = before.ingest(batch, at: WorkerSupport.at(2000))
    var after = try WorkerSupport.pipeline(policy: Self.policy(["*"]), memory: before.memory)
    _ = after.ingest(batch, at: WorkerSupport.at(2000))
    let output = after.finish(at: WorkerSupport.at(2000))
    let window = output.records.lazy.compactMap { if case .window(let window) = $0 { window } else { nil } }
      .first { $0.schema == FeatureSchema.deviceAtHost.id }
    #expect(window?.features[ComputerFeatures.distinctExecutables.rawValue].rounded() == 1)
    #expect(window?.features[ComputerFeatures.newExecutables.rawValue] == 0)
  }

  @Test func `it counts for its user, over all computers, and not for this host`() throws {
    let windows = try Self.windows(["*"], of: ["WS-5", "WS-6"])
    #expect(!windows.contains { $0.entity.kind == .host })
    let user = try #require(windows.first { $0.entity.kind == .user })
    #expect(user.schema == FeatureSchema.userAtHost.id)
  }

  @Test func `an alarm of Suricata's is told with its number and both ends sealed`() throws {
    let record =
      #"{"timestamp":"2026-01-01T00:00:01Z","event_type":"alert","src_ip":"192.0.2.66","dest_ip":"192.0.2.1","alert":{"signature_id":2024218,"signature":"planted text","category":"A Network Trojan was detected","severity":1}}"#
    var pipeline = try WorkerSupport.pipeline()
    let output = pipeline.ingest(
      SensorBatch(sensor: SuricataSensor.name, records: [Array(record.utf8)]), at: WorkerSupport.at(2000))
    let detection = try #require(Self.detections(output).first)
    #expect(detection.rule == "suricata:2024218")
    #expect(
      detection.summary
        == "Another machine set off the rule 2024218 of suricata (A Network Trojan was detected).")
    #expect(detection.entities.filter { $0.entity.kind == .address && !$0.sealedName.isEmpty }.count == 2)
  }
}
