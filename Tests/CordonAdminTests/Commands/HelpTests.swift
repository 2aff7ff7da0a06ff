import ArgumentParser
import CordonAdmin
import Foundation
import Testing

/// `--help` of every command, word for word: what people rely on changes only on purpose.
///
/// `CORDON_REGENERATE=1 swift test --filter HelpTests` writes the files anew.
@Suite struct HelpTests {
  private static let folder = URL(filePath: #filePath).appending(path: "../../Golden/help").standardizedFileURL

  /// Every command with the words that lead to it.
  static let all: [(name: String, type: any ParsableCommand.Type)] = commands(CordonCommand.self, [])

  private static func commands(
    _ type: any ParsableCommand.Type, _ words: [String]
  ) -> [(name: String, type: any ParsableCommand.Type)] {
    let words = words + [type.configuration.commandName ?? "?"]
    return [(words.joined(separator: "-"), type)]
      + type.configuration.subcommands.flatMap { commands($0, words) }
  }

  @Test(arguments: all.map(\.name)) func helpIsAsKept(name: String) throws {
    let type = try #require(Self.all.first { $0.name == name }?.type)
    let help = CordonCommand.helpMessage(for: type, includeHidden: false, columns: 100) + "\n"
    let file = Self.folder.appending(path: "\(name).txt")
    if ProcessInfo.processInfo.environment["CORDON_REGENERATE"] == "1" {
      try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
      try Data(help.utf8).write(to: file)
    }
    let kept = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    #expect(help == kept, "\(name): run with CORDON_REGENERATE=1 if the change is meant")
  }

  @Test func noFileIsLeftOver() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(Set(files) == Set(Self.all.map { $0.name + ".txt" }))
  }

  @Test(arguments: all.map(\.name)) func everyCommandHasAnAbstractAndExamples(name: String) throws {
    let type = try #require(Self.all.first { $0.name == name }?.type)
    #expect(!type.configuration.abstract.isEmpty)
    if type.configuration.subcommands.isEmpty {
      #expect(type.configuration.discussion.contains("Examples:\n  cordon "))
    }
  }
}
