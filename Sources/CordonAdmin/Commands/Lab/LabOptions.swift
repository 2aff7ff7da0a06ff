import ArgumentParser
import CordonCore
import CordonLearning
import Glibc

/// Options of every lab command that trains.
struct LabTrainingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Rows to learn from: .csv, .csv.gz or .npz.", valueName: "file"), completion: .file())
  var train: String

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("Columns to leave out, separated by commas (repeatable).", valueName: "column,…"))
  var drop: [String] = []

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("Columns whose numbers are names, separated by commas (repeatable).", valueName: "column,…"))
  var categorical: [String] = []

  @Option(
    help: """
      What labels the model learns from: none (they only judge), normal (rows with label 0 alone), full (all).
      """)
  var supervision: LabSupervision = .none

  @Option(help: "Where random numbers begin; the same seed gives the same model.") var seed: UInt64 = 1

  /// What to train; the test file is read where there is one.
  func request(label: String, model: LabModelName, test: String? = nil) throws(CordonError) -> LabRequest {
    LabRequest(
      train: try LabTable(path: train), test: try Self.table(test), label: label, recipe: model.recipe,
      drop: Self.names(drop), categorical: Self.names(categorical), supervision: supervision, seed: seed)
  }

  private static func table(_ path: String?) throws(CordonError) -> LabTable? {
    guard let path else { return nil }
    return try LabTable(path: path)
  }

  private static func names(_ lists: [String]) -> Set<String> {
    Set(lists.flatMap { $0.split(separator: ",").map { String($0.drop { $0 == " " }) } })
  }
}

extension LabSupervision: ExpressibleByArgument {}

/// The value of `--model`: `auto`, or a model's name.
struct LabModelName: ExpressibleByArgument, Sendable {
  /// Nil for `auto`.
  let recipe: ModelRecipe?

  static let automatic = LabModelName(recipe: nil)
  static var allValueStrings: [String] { ["auto"] + ModelRecipe.allCases.map(\.rawValue) }

  init(recipe: ModelRecipe?) { self.recipe = recipe }

  init?(argument: String) {
    guard argument != "auto" else {
      recipe = nil
      return
    }
    guard let recipe = ModelRecipe(rawValue: argument) else { return nil }
    self.recipe = recipe
  }

  var defaultValueDescription: String { recipe?.rawValue ?? "auto" }
}

/// What this process has used so far.
enum ProcessUsage {
  /// Most resident memory, in bytes.
  static var peakResidentBytes: UInt64 {
    var usage = rusage()
    guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    return UInt64(max(0, usage.ru_maxrss)) * 1024
  }
}
