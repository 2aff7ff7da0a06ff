import ArgumentParser

struct InventoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inventory", abstract: "List what the site has, as agents see it.",
    subcommands: [InventoryExposureCommand.self])
}
