import ArgumentParser

struct UnsealReadCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "read", abstract: "Read the answer to your question, once: its key is destroyed with it.",
    discussion: """
      Examples:
        cordon unseal read 0197c4
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The order's id, or the start of it.") var id: String
  @Option(help: "How long to wait for the answer.") var wait = DurationArgument(.seconds(30))

  func run(in session: AdminSession) async throws -> Report {
    try await UnsealPage.answer(of: try await session.unseal(named: id), in: session, within: wait.duration)
  }
}
