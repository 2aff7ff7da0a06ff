import ArgumentParser
import CordonWire

struct ModelCompareCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Put two models beside each other: data, thresholds, and what each would have alerted.",
    discussion: """
      Examples:
        cordon model compare 0197c3 0197d0
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "A model's id, or the start of it.") var first: String
  @Argument(help: "Another's.") var second: String

  func run(in session: AdminSession) async throws -> Report {
    ModelPage.comparison(try await session.model(named: first), try await session.model(named: second))
  }
}
