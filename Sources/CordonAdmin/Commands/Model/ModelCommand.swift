import ArgumentParser

struct ModelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Train, judge, sign and roll out models of behaviour.",
    subcommands: [
      ModelListCommand.self, ModelShowCommand.self, ModelTrainCommand.self, ModelImportCommand.self,
      ModelPromoteCommand.self, ModelRollbackCommand.self, ModelCompareCommand.self,
    ])
}
