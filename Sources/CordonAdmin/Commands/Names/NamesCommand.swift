import ArgumentParser

struct NamesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "names", abstract: "Change the keys that people's pseudonyms are made with.",
    discussion: """
      The keys of names are the privacy office's: agents hold them, the collector never does. A new epoch's keys go to
      each agent sealed, and are used from a stated moment on.

      Examples:
        cordon names rotate --begins-in 24h --linkable-for 30d
        cordon names sign keys-2.rotation --submit
      """,
    subcommands: [NamesRotateCommand.self, NamesSignCommand.self])
}
