import CordonCore
import CordonPolicy
import CordonTestSupport
import Testing

/// Hostile files: each ends in a problem, none in a crash or a long wait.
@Suite struct YAMLReaderTests {
  private func messages(_ bytes: [UInt8]) -> [String] {
    PolicyCompiler.compile(bytes, file: "-").problems.map(\.message)
  }

  private func padded(to size: Int) -> [UInt8] {
    let head = Array("name: a\n#".utf8)
    return head + [UInt8](repeating: UInt8(ascii: "x"), count: size - head.count)
  }

  @Test func aFileOfTheMostBytesIsReadAndOneMoreIsNot() {
    #expect(messages(padded(to: 1 << 20)) == [])
    #expect(messages(padded(to: (1 << 20) + 1)) == ["the file has 1048577 bytes; at most 1048576 are allowed"])
  }

  @Test func nestingIsBounded() {
    let deep = { (depth: Int) in
      Array("name: ".utf8) + [UInt8](repeating: UInt8(ascii: "["), count: depth)
        + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
    }
    #expect(messages(deep(32)) == ["expected text of at most 64 bytes, found a list"])
    #expect(messages(deep(33)) == ["lists and mappings are nested more than 32 deep"])
    #expect(messages(deep(100_000)) == ["lists and mappings are nested more than 32 deep"])
    #expect(messages(Array(String(repeating: "- ", count: 100_000).utf8)) == ["the line starts beyond column 64"])
  }

  @Test func aliasesOfAliasesAreRefusedUnread() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<12 {
      let inner = [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(inner)]\n"
    }
    text += "? *a11\n: 1\n"
    #expect(messages(Array(text.utf8)) == ["aliases (`*name`) are not allowed in a policy"])
  }

  @Test func aFewAliasesAreReportedWhereTheAnchorIs() {
    let found = messages(Array("name: &n a\ngroup: *n\n".utf8))
    #expect(found.contains("anchors and aliases (`&name`, `*name`) are not allowed in a policy"))
  }

  @Test func whatIsNotTextIsRefused() {
    #expect(messages([0xFF, 0xFE, 0x00]) == ["the file is not UTF-8 text"])
    #expect(messages(Array("name: \u{1}\n".utf8)).count == 1)
  }

  @Test func starsInTextAreNoAliases() {
    let text = "name: a\n" + (0..<20).map { "# ** line \($0) **\n" }.joined()
    #expect(messages(Array(text.utf8)) == [])
  }

  @Test func whatStandsInQuotesIsText() {
    let text =
      "name: a\naccounts: {shared: [" + (0..<40).map { "'*[{\($0)', \"*[{\($0)''\\\"\"" }.joined(separator: ", ")
      + "]}\n"
    #expect(messages(Array(text.utf8)) == [])
  }

  /// Where a quote is part of a word, what comes behind it counts.
  @Test(arguments: ["a: b\n  'x\nc: @ '", "a: [b\n'x, @']", "a: [b - 'x, @']", "a: b'x\nc: [d'x, @ ']", "a: \"b\nc: @"])
  func aQuoteWithinAWordHidesNothing(text: String) {
    let bomb = text.replacing("@", with: String(repeating: "[", count: 40))
    #expect(messages(Array(bomb.utf8)) == ["lists and mappings are nested more than 32 deep"])
  }

  @Test func manyKeysWrittenTwiceEnd() {
    let text = (0..<400).map { _ in "name: a\n" }.joined()
    #expect(messages(Array(text.utf8)).contains("more than 100 keys are written twice"))
  }

  /// Cuts, flips and repeats of a good file: whatever comes out, it is an answer.
  @Test(arguments: 0..<8) func mutationsAreAnswered(part: Int) {
    let seed = UInt64(part) &* 0x9E37_79B9_7F4A_7C15
    var random = SeededRandomness(seed: seed)
    let good = Array(PolicyText.render(.example, everything: true).utf8)
    for _ in 0..<60 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[at] = UInt8.random(in: .min ... .max, using: &random)
        case 1: bytes.insert(contentsOf: Array(" :-[]{}&*!|>'\"%@`".utf8).shuffled(using: &random).prefix(2), at: at)
        default: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...30, using: &random)))
        }
        if bytes.isEmpty { bytes = good }
      }
      let report = PolicyCompiler.compile(bytes, file: "-")
      #expect((report.policy == nil) == !report.errors.isEmpty, "seed \(seed)")
    }
  }
}
