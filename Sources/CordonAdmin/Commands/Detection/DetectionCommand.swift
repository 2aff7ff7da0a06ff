import ArgumentParser

struct DetectionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detection", abstract: "List, explain and label detections.",
    subcommands: [DetectionListCommand.self, DetectionShowCommand.self, DetectionLabelCommand.self])
}
