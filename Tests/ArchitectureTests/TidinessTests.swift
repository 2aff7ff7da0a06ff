import Testing

/// Habits that a reader relies on, kept by a machine.
@Suite struct TidinessTests {
  static let all = SourceTree.sources + SourceTree.tests

  @Test func filesAreShort() {
    for file in Self.all { #expect(file.lines.count <= 500, "\(file) has \(file.lines.count) lines; the most is 500") }
  }

  @Test func functionsAreShort() {
    for file in Self.all {
      for function in Self.functions(of: file) {
        #expect(function.length <= 70, "\(file):\(function.line) is \(function.length) lines long; the most is 70")
      }
    }
  }

  static let banned: [(text: String, why: String)] = [
    ("fatalError(", "a daemon of a hospital does not stop on purpose: throw, or make the state impossible"),
    ("try!", "handle the error"), ("as!", "handle the other case"),
    ("@unchecked Sendable", "let the compiler see that it is safe"),
    ("nonisolated(unsafe)", "let the compiler see that it is safe"),
    ("Task {", "a loose task outlives its owner: use a group"), ("Task.detached", "a loose task outlives its owner"),
    ("Thread.sleep", "time comes in through a parameter"), ("usleep(", "time comes in through a parameter"),
  ]

  /// A line may break a rule where the comment above it says why, beginning with `Exempt:`.
  @Test(arguments: banned.indices) func sourcesAvoid(_ index: Int) {
    let (text, why) = Self.banned[index]
    for file in SourceTree.sources {
      // A group's child task is owned by its group.
      for (number, line) in file.lines.enumerated()
      where Self.code(line).replacing("addTask {", with: "").contains(text) {
        let excused = number > 0 && file.lines[max(0, number - 3)..<number].contains { $0.contains("// Exempt:") }
        #expect(excused, "\(file):\(number + 1) has \(text): \(why)")
      }
    }
  }

  @Test func nothingIsPublic() {
    for file in SourceTree.sources {
      for (number, line) in file.lines.enumerated() {
        let isPublic = Self.code(line).split(separator: " ").first.map { $0 == "public" || $0 == "open" } ?? false
        #expect(!isPublic, "\(file):\(number + 1) is public: package is the widest access that we need")
      }
    }
  }

  @Test func nothingIsLeftForLater() {
    // Assembled, so that this file does not find itself.
    let marks = ["TO" + "DO", "FIX" + "ME", "X" + "XX ", "not " + "implemented"]
    for file in Self.all {
      for (number, line) in file.lines.enumerated() {
        for mark in marks { #expect(!line.contains(mark), "\(file):\(number + 1) holds \(mark)") }
      }
    }
  }

  /// What is visible outside its file is documented where it is a type.
  @Test func typesAreDocumented() {
    let kinds = ["struct", "enum", "final", "class", "protocol", "actor"]
    for file in SourceTree.sources {
      for (number, line) in file.lines.enumerated() where line.hasPrefix("package ") {
        let words = line.split(separator: " ")
        guard words.count > 1, kinds.contains(String(words[1])), number > 0 else { continue }
        var above = number - 1
        while above > 0, file.lines[above].hasPrefix("@") { above -= 1 }
        #expect(file.lines[above].hasPrefix("///"), "\(file):\(number + 1): \(line) has no documentation")
      }
    }
  }

  /// The line without what a comment or a string says.
  static func code(_ line: Substring) -> Substring {
    let trimmed = line.drop { $0 == " " }
    if trimmed.hasPrefix("//") { return "" }
    return trimmed.split(separator: "\"", omittingEmptySubsequences: false).first ?? ""
  }

  /// Formatted code closes a function with a brace at the function's own indentation.
  static func functions(of file: SourceTree.File) -> [(line: Int, length: Int)] {
    var found: [(line: Int, length: Int)] = []
    for (number, line) in file.lines.enumerated() {
      let indentation = line.prefix { $0 == " " }
      let words = line.split(separator: " ")
      guard words.contains("func") || words.contains(where: { $0.hasPrefix("init(") || $0.hasPrefix("init?(") }),
        !line.contains("//"), !line.hasSuffix("}")
      else { continue }
      let closing = indentation + "}"
      guard let end = file.lines[number...].firstIndex(where: { $0 == closing }) else { continue }
      found.append((number + 1, end - number + 1))
    }
    return found
  }
}
