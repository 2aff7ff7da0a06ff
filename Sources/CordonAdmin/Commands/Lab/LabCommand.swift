import ArgumentParser

struct LabCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab", abstract: "Judge models offline, on files.",
    discussion: """
      Needs no collector and no home. Reads CSV, plain or gzip, whose first line names the columns, and .npz files with X \
      and y (columns x0, x1, … and y).
      """,
    subcommands: [
      LabEvaluateCommand.self, LabCompareCommand.self, LabFitCommand.self, LabScoreCommand.self, LabImportCommand.self,
      LabExportCommand.self, LabCalibrateCommand.self, LabEntitiesCommand.self, LabStreamCommand.self,
      LabCleanCommand.self,
    ])
}
