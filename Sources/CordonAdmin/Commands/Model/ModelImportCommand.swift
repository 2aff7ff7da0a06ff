import ArgumentParser
import CordonCore
import CordonLearning
import CordonONNX
import CordonTrust
import CordonWire
import FoundationEssentials
import GRPCCore

struct ModelImportCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Make a candidate of an ONNX file; nothing runs it until it is signed.",
    discussion: """
      The file is compiled here, and compared with itself carried out operation by operation on 1,000 rows (what is taken: \
      cordon lab import --help). The collector never sees ONNX: it replays what it holds through the compiled model, for \
      the thresholds within the policy's daily alerts. Agents score with the model's own numbers, made comparable with a \
      baseline's by their share among the fleet's.

      The columns are features of the schema, as the schema transforms them; --raw: as windows hold them.

      Examples:
        cordon model import autoencoder.onnx --schema host@host
        cordon model import forest.onnx --schema host@host --columns process_starts,connects --raw
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: ArgumentHelp("The ONNX file.", valueName: "file"), completion: .file(extensions: ["onnx"]))
  var file: String
  @Option(help: "The schema whose windows it scores, such as host@host.") var schema: String
  @Option(
    help: ArgumentHelp("The features that the model reads, in order (default: all of the schema).", valueName: "name,…")
  )
  var columns: String?
  @Flag(help: "The model was trained on values without the features' transforms.") var raw = false
  @Option(help: ArgumentHelp("The graph's output that is the score, where several could be.", valueName: "name"))
  var outputName: String?
  @Option(help: "What the rows of the comparison are drawn from.") var seed: UInt64 = 1

  func run(in session: AdminSession) async throws -> Report {
    var randomness = SystemRandomNumberGenerator()
    let imported: LabImport
    do {
      imported = try LabImport(
        try FileInput.read(file, most: ONNXLimits.fileBytes, in: session.environment), output: outputName,
        columns: try names(), seed: seed, identity: UniqueID(at: session.now, randomness: &randomness),
        created: session.now)
    } catch {
      throw CordonError(error.kind, error.code, "\(file): \(error.message)", remedy: error.remedy)
    }
    var request = Cordon_V1_ImportModelRequest()
    request.bundle = Data(try bound(imported.bundle).encoded())
    let environment = session.environment
    let model = try await session.client.importModel(request, options: .defaults) { response in
      try await ModelTrainCommand.follow(response, in: environment)
    }
    let report = ModelPage.candidate(model)
    return Report(
      text:
        "\(file) is a model of kind \(imported.bundle.model.name); on \(imported.comparison.rows) rows it differs from "
        + "the file by at most \(imported.comparison.worst).\n\n" + report.text
        + "\nNext:\n  cordon model promote \(EntityText.shortID(model.id)) --shadow\n", json: report.json)
  }

  private func known() throws(CordonError) -> FeatureSchema {
    guard let found = FeatureSchema.all.first(where: { $0.name == schema }) else {
      throw CordonError(
        .invalid, "unknown-schema", "There is no schema “\(schema.prefix(40))”.",
        remedy: "Use one of: \(FeatureSchema.all.map(\.name).joined(separator: ", ")).")
    }
    return found
  }

  private func names() throws(CordonError) -> [String] {
    guard let columns else { return try known().features.map(\.name) }
    return columns.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
  }

  /// The bundle with its columns as features of the schema. Code: `columns`.
  private func bound(_ bundle: ModelBundle) throws(CordonError) -> ModelBundle {
    let schema = try known()
    var features: [ModelBundle.Feature] = []
    for column in bundle.features {
      guard let feature = schema.features.first(where: { $0.name == column.name }) else {
        throw CordonError(
          .invalid, "columns", "\(schema.name) has no feature “\(column.name.prefix(40))”.",
          remedy: "Use its own: \(schema.features.map(\.name).joined(separator: ", ")).")
      }
      features.append(
        .init(
          id: feature.id, digest: feature.digest, transform: raw ? .identity : feature.transform, name: feature.name))
    }
    return try ModelBundle(
      schema: schema.id, features: features, model: bundle.model, lineage: bundle.lineage, purpose: bundle.purpose,
      onnxDigest: bundle.onnxDigest, seed: bundle.seed)
  }
}
