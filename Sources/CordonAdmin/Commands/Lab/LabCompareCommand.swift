import ArgumentParser
import CordonCore
import CordonLearning

struct LabCompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Judge several models on the same rows.",
    discussion: """
      Takes what evaluate takes. Without --models, every model that fits the supervision.

      Examples:
        cordon lab compare --train sensors.csv --label label
        cordon lab compare --train past.csv --test now.csv --label label \\
          --models ensemble,isolation-forest --output json
      """)

  @OptionGroup var options: LabTrainingOptions
  @Option(help: ArgumentHelp("Rows to judge, with the same columns.", valueName: "file"), completion: .file())
  var test: String?
  @Option(help: ArgumentHelp("The column of labels.", valueName: "column")) var label: String
  @Option(help: ArgumentHelp("Models by name, separated by commas.", valueName: "model,…")) var models: String?
  @OptionGroup var printing: PrintingOptions

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    var recipes = ModelRecipe.allCases.filter { $0.needsLabels == (options.supervision == .full) }
    if let models {
      recipes = try models.split(separator: ",").map { name in
        guard let recipe = ModelRecipe(rawValue: String(name)) else {
          throw ValidationError(
            "There is no model \(name). Models: \(ModelRecipe.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        return recipe
      }
    }
    var request = try options.request(label: label, model: .automatic, test: test)
    var found: [LabEvaluation] = []
    for recipe in recipes {
      request.recipe = recipe
      found.append(try LabEvaluation(request) { ProcessUsage.peakResidentBytes })
    }
    LabPage.comparison(found).print(as: printing.output, in: environment)
  }
}
