import CordonAgent
import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

/// Trails and registers that come as tables, on their way through a gateway's worker to a detection.
@Suite struct UnexplainedAccessTests {
  typealias Support = WorkerSupport

  static let trail = RecordMapping(
    name: "trail", format: .csv, time: "at", user: "login", realm: "ward.example", activity: "what",
    activities: [.init(meaning: .recordOpen, patterns: ["view*"])], patient: "mrn")
  static let plan: RecordMapping = {
    var mapping = RecordMapping(
      name: "plan", format: .csv, time: "from", user: "doctor",
      activities: [.init(meaning: .care, patterns: ["*"])], patient: "mrn")
    mapping.planning.group = "ward"
    return mapping
  }()
  static let duty: RecordMapping = {
    var mapping = RecordMapping(
      name: "duty", format: .csv, time: "", user: "login",
      activities: [.init(meaning: .membership, patterns: ["*"])])
    mapping.planning.group = "ward"
    return mapping
  }()

  static func pipeline(_ change: (inout Policy) -> Void = { _ in }) throws -> WorkerPipeline {
    var policy = Support.policy()
    policy.logs.mappings = [trail, plan, duty]
    policy.tripwires.unexplained.patients = 5
    policy.tripwires.unexplained.days = 3
    change(&policy)
    var pipeline = try Support.pipeline(policy: policy, gateway: true)
    _ = pipeline.ingest(
      batch("plan\nfrom,doctor,ward,mrn", ["2026-01-01T09:00:00Z,,3B,1", "2026-01-01T09:00:00Z,PLANTEDBOB,,2"]),
      at: Support.at(0))
    _ = pipeline.ingest(batch("duty\nlogin,ward", ["PlantedAnn,3B"]), at: Support.at(0))
    return pipeline
  }

  static func batch(_ head: String, _ lines: [String]) -> SensorBatch {
    SensorBatch(sensor: MappedSensor.name, records: lines.map { Array("\(head)\n\($0)".utf8) })
  }

  static func views(_ user: String, _ patients: [Int], day: Int = 1) -> SensorBatch {
    batch("trail\nat,login,what,mrn", patients.map { "2026-01-0\(day)T08:00:00Z,\(user),VIEW,\($0)" })
  }

  static func value(_ name: String, _ output: WorkerOutput) -> Float {
    RecordAccessTests.windows(output).reduce(0) { $0 + RecordAccessTests.value(name, $1) }
  }

  @Test func `appointments and duties explain, under whatever case the name is written`() throws {
    var pipeline = try Self.pipeline()
    _ = pipeline.ingest(Self.views("plantedann", [1]), at: Support.at(0))
    _ = pipeline.ingest(Self.views("plantedbob", [2]), at: Support.at(0))
    _ = pipeline.ingest(Self.views("PLANTEDBOB", [1]), at: Support.at(0))
    let output = pipeline.finish(at: Support.at(0))
    #expect(Self.value("records_opened", output) == 6, "Two people, and of few records three are told.")
    #expect(Self.value("unexplained_accesses", output) == 1)
    #expect(pipeline.counters.malformed == 0)
  }

  @Test func `five patients in a day that nothing explains are a detection, which names the user sealed`() throws {
    var pipeline = try Self.pipeline()
    let few = pipeline.ingest(Self.views("plantedbob", [11, 12, 13, 14, 14, 2]), at: Support.at(0))
    #expect(WorkerPipelineTests.detections(few).isEmpty)
    let more = pipeline.ingest(Self.views("plantedbob", [15, 16, 17]), at: Support.at(0))
    let detection = try #require(WorkerPipelineTests.detections(more).first)
    #expect(WorkerPipelineTests.detections(more).count == 1)
    #expect(detection.rule == "unexplained-access" && detection.severity == .medium)
    #expect(detection.evidence.first?.value == 5)
    let actor = try #require(detection.entities.first { $0.part == .actor })
    #expect(actor.entity.kind == .user && actor.entity.label.isEmpty && !actor.sealedName.isEmpty)
    #expect(!detection.entities.contains { $0.entity.kind == .record })
  }

  @Test func `one patient on three days is a detection, which names the patient sealed too`() throws {
    var pipeline = try Self.pipeline()
    var found: [Detection] = []
    for day in 1...3 {
      let output = pipeline.ingest(
        Self.views("plantedbob", [11], day: day), at: Support.at(Int64(day) * 86_400_000))
      found += WorkerPipelineTests.detections(output)
    }
    let detection = try #require(found.first)
    #expect(found.count == 1)
    let patient = try #require(detection.entities.first { $0.entity.kind == .record })
    #expect(patient.part == .target && patient.entity.label.isEmpty && !patient.sealedName.isEmpty)
  }

  @Test func `of whom planning says nothing at all, nothing trips`() throws {
    var pipeline = try Self.pipeline()
    let output = pipeline.ingest(Self.views("billing7", Array(11...29)), at: Support.at(0))
    #expect(WorkerPipelineTests.detections(output).isEmpty)
  }

  @Test func `without planning, and where the policy says so, nothing trips`() throws {
    var policy = Support.policy()
    policy.logs.mappings = [Self.trail]
    var uninformed = try Support.pipeline(policy: policy, gateway: true)
    #expect(WorkerPipelineTests.detections(uninformed.ingest(Self.views("b", Array(1...9)), at: Support.at(0))).isEmpty)
    var off = try Self.pipeline { $0.tripwires.unexplained.isEnabled = false }
    #expect(WorkerPipelineTests.detections(off.ingest(Self.views("b", Array(11...19)), at: Support.at(0))).isEmpty)
  }
}
