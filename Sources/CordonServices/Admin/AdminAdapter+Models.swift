import CordonCollector
import CordonCore
import CordonTrust
package import CordonWire
import FoundationEssentials
package import GRPCCore

extension AdminAdapter {
  package func listModels(
    request: Cordon_V1_ListModelsRequest, context: ServerContext
  ) async throws -> Cordon_V1_ListModelsResponse {
    var response = Cordon_V1_ListModelsResponse()
    response.models = try await domain.models.list(request.schema.isEmpty ? nil : request.schema)
      .map(Cordon_V1_StoredModel.init)
    return response
  }

  package func getModel(
    request: Cordon_V1_GetModelRequest, context: ServerContext
  ) async throws -> Cordon_V1_GetModelResponse {
    let view = try await domain.models.show(try uniqueID(request.id, "A model's id"))
    var response = Cordon_V1_GetModelResponse()
    response.model = Cordon_V1_StoredModel(view)
    response.drift = try await domain.models.drift(view.record).map(Cordon_V1_FeatureDrift.init)
    response.shadow = Cordon_V1_ShadowResult(try await domain.models.shadowReport(view.record))
    return response
  }

  package func trainModel(
    request: Cordon_V1_TrainModelRequest, response: RPCWriter<Cordon_V1_TrainingStep>, context: ServerContext
  ) async throws {
    let actor = try caller(context).ledgerActor
    try await tell(response) { progress in
      try await domain.training.train(request.schema, by: actor, progress: progress)
    }
  }

  package func importModel(
    request: Cordon_V1_ImportModelRequest, response: RPCWriter<Cordon_V1_TrainingStep>, context: ServerContext
  ) async throws {
    let actor = try caller(context).ledgerActor
    try await tell(response) { progress in
      try await domain.training.bring([UInt8](request.bundle), by: actor, progress: progress)
    }
  }

  /// Tells how far a training has come, and at the end its candidate.
  private func tell(
    _ response: RPCWriter<Cordon_V1_TrainingStep>,
    _ work: (@escaping (TrainingProgress) async throws -> Void) async throws -> ModelRecord
  ) async throws {
    let record = try await work { progress in
      var step = Cordon_V1_TrainingStep()
      step.phase = progress.phase.rawValue
      step.done = UInt64(progress.done)
      step.total = UInt64(progress.total)
      try await response.write(step)
    }
    var last = Cordon_V1_TrainingStep()
    last.model = Cordon_V1_StoredModel(try await domain.models.show(record.id))
    try await response.write(last)
  }

  package func planPromotion(
    request: Cordon_V1_PlanPromotionRequest, context: ServerContext
  ) async throws -> Cordon_V1_PlanPromotionResponse {
    let plan: ModelService.Plan
    switch request.target {
    case .id(let id):
      plan = try await domain.models.plan(
        try uniqueID(id, "A model's id"), group: request.hasGroup ? request.group : nil)
    case .rollback(let schema): plan = try await domain.models.rollbackPlan(schema)
    case nil: throw CordonError(.invalid, "malformed", "The request names neither a model nor a schema.")
    }
    var response = Cordon_V1_PlanPromotionResponse()
    response.model = Cordon_V1_StoredModel(try await domain.models.show(plan.record.id))
    response.payload = Data(plan.record.payload)
    if !plan.record.envelope.isEmpty {
      response.envelope = Cordon_V1_Envelope(try Envelope(serialized: plan.record.envelope))
    }
    response.rings = plan.rings.map(Cordon_V1_RingTarget.init)
    response.nextSerial = plan.nextSerial
    return response
  }

  package func promoteModel(
    request: Cordon_V1_PromoteModelRequest, context: ServerContext
  ) async throws -> Cordon_V1_PromoteModelResponse {
    try await promote(try request.domain(isRollback: false), by: try caller(context))
  }

  package func rollbackModel(
    request: Cordon_V1_PromoteModelRequest, context: ServerContext
  ) async throws -> Cordon_V1_PromoteModelResponse {
    try await promote(try request.domain(isRollback: true), by: try caller(context))
  }

  private func promote(
    _ promotion: ModelService.Promotion, by operatorName: OperatorName
  ) async throws -> Cordon_V1_PromoteModelResponse {
    let record = try await domain.models.promote(promotion, by: operatorName)
    var response = Cordon_V1_PromoteModelResponse()
    response.model = Cordon_V1_StoredModel(try await domain.models.show(record.id))
    return response
  }
}
