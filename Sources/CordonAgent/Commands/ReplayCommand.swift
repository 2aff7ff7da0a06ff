import ArgumentParser
import CordonCore

/// Shows what a recorded audit.log or a capture of the network becomes; reads the file and no more.
struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Show what a recorded audit.log or pcap file becomes: counts, windows, detections.",
    discussion: """
      The file goes through the same parser and the same windows as the kernel's own records, in its own time. Names
      are shown as pseudonyms under a key that is thrown away: what is printed is what would leave a machine.

      Examples:
        cordon-agent replay /var/log/audit/audit.log
        cordon-agent replay --output json --window 300 audit.log
        cordon-agent replay ward.pcap
      """)

  @Argument(help: "An audit.log, or a capture as pcap or pcapng.") var file: String
  @Option(help: ArgumentHelp("Length of a window, 1 to 86400.", valueName: "seconds")) var window = 60
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...86_400).contains(window) else { throw ValidationError("--window is 1 to 86400 seconds.") }
  }

  func run() async throws {
    let environment = try AgentEnvironment.get()
    let summary = try AuditReplay.run(file: file, windowLength: .seconds(window))
    try output.write(summary, as: summary.text, in: environment)
  }
}
