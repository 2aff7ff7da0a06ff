import CordonCore
import CordonTestSupport
import CordonTrust
import CordonWire
import FoundationEssentials
import GRPCCore
import Synchronization

extension FakeAdminService {
  func listModels(
    request: Cordon_V1_ListModelsRequest, context: ServerContext
  ) async throws -> Cordon_V1_ListModelsResponse {
    try collector.note("ListModels")
    var response = Cordon_V1_ListModelsResponse()
    response.models = collector.state.withLock { $0.models.map(\.model) }
      .filter { request.schema.isEmpty || $0.schema == request.schema }
    return response
  }

  func getModel(
    request: Cordon_V1_GetModelRequest, context: ServerContext
  ) async throws -> Cordon_V1_GetModelResponse {
    try collector.note("GetModel")
    guard let model = collector.state.withLock({ $0.models.first { $0.model.id == request.id } }) else {
      throw CordonError(.missing, "no-such", "There is no such model.")
    }
    return model
  }

  func trainModel(
    request: Cordon_V1_TrainModelRequest, response: RPCWriter<Cordon_V1_TrainingStep>, context: ServerContext
  ) async throws {
    try collector.note("TrainModel")
    try await tell(response)
  }

  func importModel(
    request: Cordon_V1_ImportModelRequest, response: RPCWriter<Cordon_V1_TrainingStep>, context: ServerContext
  ) async throws {
    try collector.note("ImportModel")
    collector.state.withLock { $0.imported = [UInt8](request.bundle) }
    try await tell(response)
  }

  private func tell(_ response: RPCWriter<Cordon_V1_TrainingStep>) async throws {
    for done in 1...3 {
      var step = Cordon_V1_TrainingStep()
      step.phase = "calibrate"
      step.done = UInt64(done)
      step.total = 3
      try await response.write(step)
    }
    guard let model = collector.state.withLock({ $0.models.last?.model }) else { return }
    var last = Cordon_V1_TrainingStep()
    last.model = model
    try await response.write(last)
  }

  func planPromotion(
    request: Cordon_V1_PlanPromotionRequest, context: ServerContext
  ) async throws -> Cordon_V1_PlanPromotionResponse {
    try collector.note("PlanPromotion")
    return collector.state.withLock { $0.plan }
  }

  func promoteModel(
    request: Cordon_V1_PromoteModelRequest, context: ServerContext
  ) async throws -> Cordon_V1_PromoteModelResponse {
    try take(request, "PromoteModel")
  }

  func rollbackModel(
    request: Cordon_V1_PromoteModelRequest, context: ServerContext
  ) async throws -> Cordon_V1_PromoteModelResponse {
    try take(request, "RollbackModel")
  }

  private func take(
    _ request: Cordon_V1_PromoteModelRequest, _ call: String
  ) throws -> Cordon_V1_PromoteModelResponse {
    try collector.note(call)
    let verifier = EnvelopeVerifier(roster: try collector.roster)
    for envelope in request.offers.map(\.envelope) + (request.hasEnvelope ? [request.envelope] : []) {
      _ = try verifier.verify(try envelope.domain(), for: .model, at: collector.clock.now)
    }
    return collector.state.withLock { state in
      state.promotions.append(request)
      var response = Cordon_V1_PromoteModelResponse()
      response.model = state.plan.model
      return response
    }
  }
}
