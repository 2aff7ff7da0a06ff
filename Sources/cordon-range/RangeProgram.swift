import ArgumentParser

/// The simulator: a made-up hospital, for those who develop and judge Cordon.
@main
struct RangeProgram: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cordon-range", abstract: "Make up a hospital: raw records and labelled attacks, from a seed.",
    subcommands: [GenerateCommand.self])
}
