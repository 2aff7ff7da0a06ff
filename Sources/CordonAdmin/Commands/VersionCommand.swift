import ArgumentParser
import CordonCore

struct VersionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Print this program's version.",
    discussion: """
      Examples:
        cordon version
        cordon version --output json
      """)

  @OptionGroup var printing: PrintingOptions

  mutating func run() async throws {
    let report = Report(
      text: "cordon \(CordonVersion.text)\n", json: .fields(["version": .text(CordonVersion.text)]))
    report.print(as: printing.output, in: try AdminEnvironment.get())
  }
}
