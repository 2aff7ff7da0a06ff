import CordonCollector
import CordonCore
import CordonTrust
import CordonWire
import FoundationEssentials

// Models as Admin shows them.

extension Cordon_V1_StoredModel {
  init(_ record: ModelRecord) {
    self.init()
    id = Data(record.id.bytes)
    schema = FeatureSchema.withID(record.schema)?.name ?? "\(record.schema)"
    state = record.state.rawValue
    number = record.number
    madeBy = record.madeBy
    promotedBy = record.promotedBy
    createdMs = record.createdAt.milliseconds
    updatedMs = record.updatedAt.milliseconds
    sha256 = Data(record.digest)
    size = UInt32(clamping: record.payload.count)
  }

  init(_ view: ModelService.View) {
    self.init(view.record)
    lineage = Cordon_V1_ModelLineage(view.lineage)
    thresholds = view.thresholds.map { Cordon_V1_ScaleThreshold($0) }
    kinds = view.kinds
    rings = view.offers.sorted { $0.serial < $1.serial }.map(Cordon_V1_RolloutRing.init)
    uses = ModelUse.State.allCases.compactMap { state in
      guard let agents = view.uses[state] else { return nil }
      var count = Cordon_V1_ModelUseCount()
      count.state = state.rawValue
      count.agents = UInt64(agents)
      return count
    }
    refusals = view.refusals.map { refusal in
      var message = Cordon_V1_ModelRefusal()
      message.agentLabel = refusal.label
      message.code = refusal.code
      message.message = refusal.message
      return message
    }
  }
}

extension Cordon_V1_RolloutRing {
  init(_ offer: OfferRecord) {
    self.init()
    ring = offer.ring
    group = offer.group ?? ""
    everyone = offer.group == nil
    state = offer.state.rawValue
    role = Cordon_V1_ModelRole(rawValue: Int(offer.role.rawValue)) ?? .unspecified
    serial = offer.serial
    sentMs = offer.sentAt?.milliseconds ?? 0
  }
}

extension Cordon_V1_RingTarget {
  init(_ group: String?) {
    self.init()
    self.group = group ?? ""
    everyone = group == nil
  }
}

extension Cordon_V1_FeatureDrift {
  init(_ drift: ModelService.Drift) {
    self.init()
    feature = drift.feature
    index = drift.index
    bound = drift.bound
  }
}

extension Cordon_V1_ShadowResult {
  init(_ report: ShadowReport) {
    self.init()
    entityDays = UInt64(report.entityDays)
    alerts = UInt64(report.alerts)
    allowed = report.allowed
    labelled = UInt64(report.labelled)
    agreed = UInt64(report.agreed)
    missed = UInt64(report.missed)
    objections = report.objections
  }
}

extension Cordon_V1_LearningStatus {
  init(_ line: LearningReport.Line) {
    self.init()
    schema = line.schema
    model = line.model
    entities = UInt64(line.entities)
    budget = line.budget
    alerts = UInt64(line.alerts)
    days = line.days
    low = line.low
    high = line.high
    silentScales = line.silentScales
    learningUntilMs = line.learningUntil?.milliseconds ?? 0
    if let least = line.leastBudget { leastBudget = least }
  }
}

extension Cordon_V1_PromoteModelRequest {
  /// What an operator signed. Codes: `malformed`, `unknown-value`.
  func domain(isRollback: Bool) throws -> ModelService.Promotion {
    guard let role = UInt8(exactly: role.rawValue).flatMap(ModelOffer.Role.init(rawValue:)) else {
      throw CordonError(.invalid, "unknown-value", "A model is promoted as champion or as shadow.")
    }
    return ModelService.Promotion(
      id: try uniqueID(id, "A model's id"), envelope: hasEnvelope ? try envelope.domain() : nil,
      offers: try offers.map {
        (group: $0.target.everyone ? nil : $0.target.group, envelope: try $0.envelope.domain())
      },
      role: role, overridesGates: force, isRollback: isRollback)
  }
}
