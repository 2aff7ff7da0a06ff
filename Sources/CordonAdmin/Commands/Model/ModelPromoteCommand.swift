import ArgumentParser
import CordonCore
import CordonLearning
import CordonWire

struct ModelPromoteCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "promote", abstract: "Sign a model with your key, and offer it to agents ring by ring.",
    discussion: """
      The bundle is fetched, read and signed here; the collector cannot change it. Its lineage and thresholds are printed \
      first on standard error. --dry-run stops there. A shadow scores beside the champion and never alerts; a champion that \
      was a shadow must pass its gates.

      Examples:
        cordon model promote 0197c3 --shadow
        cordon model promote 0197c3 --dry-run
        cordon model promote 0197c3 --group pilot
      """)

  @OptionGroup var common: CommonOptions
  @Flag(help: "Let it score beside the champion, without alerts.") var shadow = false
  @Flag(help: "Although the shadow's gates object; the ledger says so.") var force = false
  @Flag(help: "Show what would be signed; sign and send nothing.") var dryRun = false
  @Option(help: "Only the agents of this group.") var group: String?
  @Argument(help: "The model's id, or the start of it.") var id: String

  func run(in session: AdminSession) async throws -> Report {
    var request = Cordon_V1_PlanPromotionRequest()
    request.id = try await session.model(named: id).model.id
    if let group { request.group = group }
    let signing = try ModelSigning(try await session.client.planPromotion(request, options: AdminCall.options))
    session.environment.complain(signing.summary)
    if dryRun { return Report("Nothing was signed.", ["id": .text("\(signing.bundle.lineage.modelID)")]) }
    var promotion = try await signing.promotion(as: shadow ? .shadow : .champion, in: session)
    promotion.force = force
    let model = try await session.client.promoteModel(promotion, options: AdminCall.options).model
    return ModelPage.sent(model, as: shadow ? "shadow" : "champion", rings: promotion.offers.count)
  }
}
