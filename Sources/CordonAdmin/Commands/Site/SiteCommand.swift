import ArgumentParser

struct SiteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "site", abstract: "Found a site and admit its collector; works without a network.",
    subcommands: [SiteInitCommand.self, SiteSignCollectorCommand.self, SiteBundleCommand.self])
}
