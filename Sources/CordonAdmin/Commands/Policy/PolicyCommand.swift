import ArgumentParser

struct PolicyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "Write, check, compare, sign and read policies.",
    subcommands: [
      PolicyLintCommand.self, PolicySchemaCommand.self, PolicyDiffCommand.self, PolicyApplyCommand.self,
      PolicyGetCommand.self, PolicySigmaCommand.self, PolicyTestMappingCommand.self,
    ])
}
