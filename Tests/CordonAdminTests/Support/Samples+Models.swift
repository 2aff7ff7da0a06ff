import CordonCore
import CordonLearning
import CordonTestSupport
import CordonWire
import FoundationEssentials

extension Samples {
  /// A bundle that a collector could have trained.
  static func bundle() throws -> ModelBundle {
    let schema = FeatureSchema.hostAtHost
    let model = TailModel(
      points: 2, quantiles: (0..<schema.features.count).flatMap { _ in [Float(0), 1] },
      sides: schema.features.map { _ in .high }, weights: schema.features.map { _ in 1 },
      spreads: schema.features.map { _ in 1 }, referenceRows: 100)
    guard let model else { throw CordonError(.defect, "sample", "The sample model does not fit together.") }
    var randomness = SeededRandomness(seed: 5)
    return try ModelBundle(
      schema: schema.id,
      features: schema.features.map { .init(id: $0.id, digest: 1, transform: $0.transform, name: $0.name) },
      model: .tails(model),
      thresholds: [
        ScaleThreshold(scale: "1m", threshold: 14.25, budgetShare: 0.05, entityDays: 120, rank: 6),
        ScaleThreshold(scale: "3h", threshold: nil, budgetShare: 0.001, entityDays: 120, rank: 0),
      ],
      lineage: ModelLineage(
        modelID: UniqueID(at: FakeClock.start, randomness: &randomness), dataFrom: .epoch, dataTo: FakeClock.start,
        sampleDigest: [UInt8](repeating: 9, count: 32), rows: 4_096, codeVersion: "0.1.0",
        metrics: [.init(name: "canaries_flagged", value: 1)], created: FakeClock.start),
      purpose: "Tells unusual behaviour.", seed: 1)
  }

  /// What an operator is to sign for two rings.
  static func plan() throws -> Cordon_V1_PlanPromotionResponse {
    let bundle = try bundle()
    var plan = Cordon_V1_PlanPromotionResponse()
    plan.model.id = Data(bundle.lineage.modelID.bytes)
    plan.model.schema = "host@host"
    plan.payload = Data(try bundle.encoded())
    plan.nextSerial = 7
    var pilot = Cordon_V1_RingTarget()
    pilot.group = "pilot"
    var rest = Cordon_V1_RingTarget()
    rest.everyone = true
    plan.rings = [pilot, rest]
    return plan
  }

  static func model(_ byte: UInt8, state: String) -> Cordon_V1_GetModelResponse {
    var response = Cordon_V1_GetModelResponse()
    response.model.id = Data([0x01, 0x97, byte] + [UInt8](repeating: 0, count: 13))
    response.model.schema = "host@host"
    response.model.state = state
    response.model.madeBy = "operator/ann"
    response.model.createdMs = FakeClock.start.milliseconds
    response.model.size = 412_000
    response.model.kinds = ["isolation-forest", "tails", "projection"]
    response.model.lineage.rows = 20_000
    response.model.lineage.dataFromMs = FakeClock.start.advanced(by: .seconds(-14 * 86_400)).milliseconds
    response.model.lineage.dataToMs = FakeClock.start.milliseconds
    var threshold = Cordon_V1_ScaleThreshold()
    threshold.scale = "1m"
    threshold.threshold = 14.25
    threshold.budgetShare = 0.05
    threshold.entityDays = 120
    threshold.rank = 6
    response.model.thresholds = [threshold]
    guard state == "champion" else { return response }
    response.model.promotedBy = "ann"
    var ring = Cordon_V1_RolloutRing()
    ring.group = "pilot"
    ring.state = "sent"
    ring.role = .champion
    ring.serial = 7
    ring.sentMs = FakeClock.start.advanced(by: .seconds(-7200)).milliseconds
    response.model.rings = [ring]
    var use = Cordon_V1_ModelUseCount()
    use.state = "running"
    use.agents = 12
    response.model.uses = [use]
    response.shadow.entityDays = 360
    response.shadow.alerts = 20
    response.shadow.allowed = 18
    response.shadow.labelled = 4
    response.shadow.agreed = 3
    var drift = Cordon_V1_FeatureDrift()
    drift.feature = "connects"
    drift.index = 0.31
    drift.bound = 0.2
    response.drift = [drift]
    return response
  }

  /// A schema whose slow scale still learns.
  static var learning: Cordon_V1_LearningStatus {
    var line = Cordon_V1_LearningStatus()
    line.schema = "user@host"
    line.entities = 120
    line.budget = 2.5
    line.alerts = 14
    line.days = 7
    line.low = 1.09
    line.high = 3.36
    line.silentScales = ["7 days"]
    line.learningUntilMs = FakeClock.start.advanced(by: .seconds(3 * 86_400)).milliseconds
    line.leastBudget = 7.5
    return line
  }
}
