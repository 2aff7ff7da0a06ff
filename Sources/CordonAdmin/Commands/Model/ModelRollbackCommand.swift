import ArgumentParser
import CordonCore
import CordonLearning
import CordonWire

struct ModelRollbackCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback", abstract: "Sign an offer of the model before the one in force, to every agent at once.",
    discussion: """
      Examples:
        cordon model rollback host@host --dry-run
        cordon model rollback host@host
      """)

  @OptionGroup var common: CommonOptions
  @Flag(help: "Show what would be signed; sign and send nothing.") var dryRun = false
  @Argument(help: "The schema, such as host@host.") var schema: String

  func run(in session: AdminSession) async throws -> Report {
    var request = Cordon_V1_PlanPromotionRequest()
    request.rollback = schema
    let signing = try ModelSigning(try await session.client.planPromotion(request, options: AdminCall.options))
    session.environment.complain(signing.summary)
    if dryRun { return Report("Nothing was signed.", ["id": .text("\(signing.bundle.lineage.modelID)")]) }
    let promotion = try await signing.promotion(as: .champion, in: session)
    let model = try await session.client.rollbackModel(promotion, options: AdminCall.options).model
    return ModelPage.sent(model, as: "champion", rings: promotion.offers.count)
  }
}
