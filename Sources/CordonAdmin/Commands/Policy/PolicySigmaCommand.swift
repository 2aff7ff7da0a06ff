import ArgumentParser
import CordonCore
import CordonPolicy

struct PolicySigmaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sigma", abstract: "Try Sigma rules before a policy takes them.",
    subcommands: [PolicySigmaCheckCommand.self, PolicySigmaMatchCommand.self])
}

struct PolicySigmaCheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Say which Sigma rules work on Cordon's observations, and why the others do not.",
    discussion: """
      Reads every .yml and .yaml of the folders; one rule a file. Needs no collector and no home. A policy takes a folder
      as it is, and leaves out the rules that do not work. Exit code 65 where no rule works.

      Examples:
        cordon policy sigma check sigma/rules/linux
        cordon policy sigma check my-rules --all --output json
      """)

  @OptionGroup var printing: PrintingOptions
  @Flag(help: "Every rule that is refused, with its place.") var all = false
  @Argument(help: "Folders and files of rules.", completion: .directory) var paths: [String]

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    let check = try SigmaCheck(paths, in: environment)
    check.report(all: all).print(as: printing.output, in: environment)
    if check.compiled == 0 { throw ExitCode(65) }
  }
}
