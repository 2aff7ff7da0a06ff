import ArgumentParser

struct UnsealCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unseal", abstract: "Ask an agent who is behind a pseudonym; answered to you alone.",
    discussion: """
      Names leave a machine sealed, and the collector cannot open them. Who holds the role unseal may ask the machine \
      that reported a detection, with a reason that the ledger keeps; for patients a privacy officer signs too.

      Examples:
        cordon unseal ask 0197c3 --reason "who logged in at night, ticket 4711"
        cordon unseal approve 0197c4
        cordon unseal read 0197c4
      """,
    subcommands: [
      UnsealAskCommand.self, UnsealApproveCommand.self, UnsealListCommand.self, UnsealReadCommand.self,
    ])
}
