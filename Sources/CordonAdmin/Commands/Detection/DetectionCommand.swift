import ArgumentParser

struct DetectionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detection", abstract: "List, explain, label and export detections.",
    subcommands: [
      DetectionListCommand.self, DetectionShowCommand.self, DetectionLabelCommand.self, DetectionExportCommand.self,
    ])
}
