import ArgumentParser
import CordonCore
import FoundationEssentials

/// How a command prints what it has to say.
struct OutputOptions: ParsableArguments {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @Option(help: "text or json.") var output = Format.text

  /// Writes a result: for people as text, for programs as JSON with sorted keys.
  func write(
    _ value: some Encodable, as text: @autoclosure () -> String, in environment: AgentEnvironment
  ) throws(CordonError) {
    guard output == .json else { return environment.write(text()) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      environment.write(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n")
    } catch {
      throw CordonError(.defect, "output-json", "The result cannot be written as JSON: \(error).")
    }
  }
}
