import Foundation
import Testing

/// Every command of every program: help with examples, output for programs, exit codes, completions; and whatever
/// command a message or a page names is there.
@Suite struct CommandTreeTests {
  static let programs = ["cordon", "cordon-agent", "cordon-collector", "cordon-range"]

  /// Leaves without `--output`: daemons, and what prints a format of its own.
  private static let withoutOutput: Set<String> = [
    "cordon completion", "cordon-agent run", "cordon-agent pseudonymise", "cordon-collector run",
  ]

  private struct Help: Decodable { var command: Command }

  private struct Command: Decodable {
    struct Argument: Decodable {
      struct Name: Decodable { var name: String }

      var names: [Name]?
    }

    var commandName: String
    var abstract: String?
    var discussion: String?
    var shouldDisplay: Bool?
    var arguments: [Argument]?
    var subcommands: [Command]?

    /// Without ArgumentParser's own `help` and what is hidden.
    var shown: [Command] { (subcommands ?? []).filter { $0.commandName != "help" && $0.shouldDisplay != false } }

    /// Commands that do something, each with the words that lead to it.
    func leaves(_ before: [String] = []) -> [(words: String, command: Command)] {
      let words = before + [commandName]
      return shown.isEmpty ? [(words.joined(separator: " "), self)] : shown.flatMap { $0.leaves(words) }
    }
  }

  private static func tree(of program: String) async throws -> Command {
    let said = try await ChildProgram.run(try ChildProgram.path(of: program), ["--experimental-dump-help"])
    return try JSONDecoder().decode(Help.self, from: Data(said.utf8)).command
  }

  @Test(arguments: programs) func everyCommandIsExplainedAndSpeaksToPrograms(program: String) async throws {
    for (words, command) in try await Self.tree(of: program).leaves() {
      #expect(command.abstract?.isEmpty == false, "\(words) has no abstract")
      #expect(command.discussion?.contains("Examples:\n  \(program) ") == true, "\(words) has no examples")
      let names = (command.arguments ?? []).flatMap { $0.names ?? [] }.map(\.name)
      #expect(names.contains("output") != Self.withoutOutput.contains(words), "\(words): --output")
    }
  }

  @Test(arguments: programs, ["bash", "zsh", "fish"])
  func completionsKnowEveryCommand(program: String, shell: String) async throws {
    let script = try await ChildProgram.run(
      try ChildProgram.path(of: program), ["--generate-completion-script", shell])
    for (words, _) in try await Self.tree(of: program).leaves() {
      for word in words.split(separator: " ") { #expect(script.contains(word), "\(shell) does not know \(words)") }
    }
  }

  @Test(
    arguments: programs.flatMap { [($0, "--nonsense", 64), ($0, "nonsense", 64), ($0, "--help", 0)] } + [
      ("cordon", "policy lint /nowhere.yaml", 66), ("cordon", "ledger verify /nowhere", 66),
      ("cordon", "status --home /nowhere", 66),
      ("cordon-agent", "status --config /nowhere", 66), ("cordon-agent", "replay /nowhere", 66),
      ("cordon-agent", "release", 64), ("cordon-collector", "check --state /nowhere", 66),
      ("cordon-collector", "backup --state /nowhere /nowhere.copy", 66),
      ("cordon-collector", "init --state /nowhere/below", 74), ("cordon-range", "generate", 64),
      ("cordon-range", "generate --seed 1 --out /nowhere/below", 74),
    ])
  func failuresAreToldApart(program: String, arguments: String, code: Int32) async throws {
    let log = NSTemporaryDirectory() + "cordon-command-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: log) }
    let child = try ChildProgram(
      try ChildProgram.path(of: program), arguments.split(separator: " ").map(String.init), log: log)
    #expect(await child.ending() == code, "\(child.said)")
    #expect(!child.said.isEmpty)
  }

  /// A remedy that names a command which is not there is none.
  @Test func whateverCommandIsNamedIsThere() async throws {
    var groups: [String: Set<String>] = [:]
    for program in Self.programs {
      for command in try await Self.tree(of: program).subcommands ?? [] {
        groups["\(program) \(command.commandName)"] = Set(command.shown.map(\.commandName))
      }
    }
    // Words that follow a program's name in a sentence.
    let prose: Set<String> = ["by", "there", "on", "runs", "cordon-collector"]
    let mention = /(?:^|[^\w.\/-])(cordon(?:-agent|-collector|-range)?) ([a-z][a-z-]+)(?: ([a-z][a-z-]+))?/
    var named = 0
    for (file, text) in try Self.texts() {
      for match in text.matches(of: mention) where !prose.contains(String(match.2)) {
        named += 1
        let group = groups["\(match.1) \(match.2)"]
        #expect(group != nil, "\(file) names \(match.1) \(match.2)")
        guard let group, !group.isEmpty, let word = match.3 else { continue }
        #expect(group.contains(String(word)), "\(file) names \(match.1) \(match.2) \(word)")
      }
    }
    #expect(named > 100)
  }

  private static func texts() throws -> [(file: String, text: String)] {
    var found: [(file: String, text: String)] = []
    for place in ["Sources", "README.md", "deploy"] {
      let root = SystemSite.package.appending(path: place)
      let below = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
      for path in [root.path] + below.map({ "\(root.path)/\($0)" }) {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { continue }
        found.append((path, text))
      }
    }
    return found
  }
}
