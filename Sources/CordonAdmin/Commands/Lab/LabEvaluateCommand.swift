import ArgumentParser
import CordonCore

struct LabEvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Train a model on a file and judge it by labels.",
    discussion: """
      Without --test, the training rows themselves are judged; with --supervision full, three tenths of them that are held \
      out. auto is an ensemble without labels, and boosted trees with them.

      f1, macro_f1 and false_alarm_rate need a threshold: a probability of 0.5 where labels are learned from; else the \
      score that 5 % of the training rows pass, or 1 % with --supervision normal. precision_at_k: k is the number of bad \
      rows. Labels: 0, normal or benign are good, everything else is bad.

      Examples:
        cordon lab evaluate --train sensors.csv --label label --output json
        cordon lab evaluate --train 38_thyroid.npz --label y --model isolation-forest
        cordon lab evaluate --train past.csv.gz --test now.csv.gz --label label \\
          --drop type,ts --supervision full
      """)

  @OptionGroup var options: LabTrainingOptions
  @Option(help: ArgumentHelp("Rows to judge, with the same columns.", valueName: "file"), completion: .file())
  var test: String?
  @Option(help: ArgumentHelp("The column of labels.", valueName: "column")) var label: String
  @Option(help: "auto, or a model's name.") var model: LabModelName = .automatic
  @OptionGroup var printing: PrintingOptions

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    let request = try options.request(label: label, model: model, test: test)
    let found = try LabEvaluation(request) { ProcessUsage.peakResidentBytes }
    LabPage.evaluation(found).print(as: printing.output, in: environment)
  }
}
