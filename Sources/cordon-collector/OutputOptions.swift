import ArgumentParser
import FoundationEssentials

/// How a command prints what it has to say.
struct OutputOptions: ParsableArguments {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @Option(help: "text or json.") var output = Format.text

  /// Prints a result: for people as text, for programs as JSON with sorted keys.
  func say(_ values: [String: String], _ text: String) throws {
    guard output == .json else {
      print(text)
      return
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(values), as: UTF8.self))
  }
}
