import ArgumentParser
import CordonCore
import CordonWire
import GRPCCore

struct ModelTrainCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a candidate on what the collector holds; nothing runs it until it is signed.",
    discussion: """
      Windows inside open or confirmed incidents are left out. The thresholds are set by replaying the later half of the \
      data, within the policy's daily alerts.

      Examples:
        cordon model train host@host
        cordon model train user@host --output json
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The schema, such as host@host.") var schema: String

  func run(in session: AdminSession) async throws -> Report {
    var request = Cordon_V1_TrainModelRequest()
    request.schema = schema
    let environment = session.environment
    // Training takes as long as the data is large: it has no deadline.
    let model = try await session.client.trainModel(request, options: .defaults) { response in
      try await Self.follow(response, in: environment)
    }
    let report = ModelPage.candidate(model)
    return Report(
      text: report.text + "\nNext:\n  cordon model promote \(EntityText.shortID(model.id)) --shadow\n",
      json: report.json)
  }

  /// Shows how far the collector's work has come; returns its candidate. Code: `training-ended`.
  static func follow(
    _ response: StreamingClientResponse<Cordon_V1_TrainingStep>, in environment: AdminEnvironment
  ) async throws -> Cordon_V1_StoredModel {
    var last = Cordon_V1_StoredModel()
    var progress = ProgressLine(in: environment)
    for try await step in response.messages {
      if step.hasModel { last = step.model } else { progress.update(step.phase, step.done, of: step.total) }
    }
    progress.finish()
    guard !last.id.isEmpty else {
      throw CordonError(.unavailable, "training-ended", "The collector ended the training without a model.")
    }
    return last
  }
}
