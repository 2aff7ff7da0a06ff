import CordonCore
import CordonPolicy
import Testing

@Suite struct SigmaRuleCollectionTests {
  private static let good = SigmaCompilerTests.rule("s: {Image: a}\ncondition: s")
  private static let bad = SigmaCompilerTests.rule("s: {Hashes: a}\ncondition: s").replacing("a-1", with: "b-1")

  private static let files = SigmaRuleFiles(checkExpression: { _, _ in nil }) { path throws(CordonError) in
    switch path {
    case "good.yml": .file(Array(good.utf8))
    case "bad.yml": .file(Array(bad.utf8))
    case "folder":
      .folder([
        .init(path: "folder/a.yml", bytes: Array(good.utf8)), .init(path: "folder/b.yml", bytes: Array(bad.utf8)),
      ])
    default: throw CordonError(.missing, "file", "Could not open \(path).")
    }
  }

  private static func compile(_ sigma: String) -> PolicyCompiler.Report {
    PolicyCompiler.compile(Array("name: n\nsigma: {\(sigma)}\n".utf8), file: "p.yaml", rules: files)
  }

  @Test func aFilesRuleIsTaken() throws {
    let report = Self.compile("rules: [good.yml]")
    #expect(report.problems == [] && report.policy?.sigma.rules.map(\.id) == ["a-1"])
  }

  @Test func aNamedFileMustCompileButAFoldersNeedNot() throws {
    let named = Self.compile("rules: [bad.yml]")
    #expect(named.policy == nil && named.errors.first?.file == "bad.yml")
    let folder = Self.compile("rules: [folder]")
    #expect(folder.policy?.sigma.rules.map(\.id) == ["a-1"])
    #expect(folder.problems.map(\.severity) == [.warning] && folder.problems.first?.file == "folder/b.yml")
  }

  @Test func aMissingFileAndARuleThereTwiceAreErrors() throws {
    #expect(Self.compile("rules: [none.yml]").errors.first?.message == "Could not open none.yml.")
    let twice = Self.compile("rules: [good.yml, folder]")
    #expect(twice.errors.count == 1 && twice.errors.first?.message.contains("first in good.yml") == true)
  }

  @Test func levelAndIdsLeaveRulesOut() throws {
    #expect(Self.compile("level: critical, rules: [good.yml]").policy?.sigma.rules == [])
    #expect(Self.compile("disabled: [a-1], rules: [good.yml]").policy?.sigma.rules == [])
    let unknown = Self.compile("disabled: [x-1], rules: [good.yml]")
    #expect(unknown.problems.map(\.path) == ["sigma.disabled"] && unknown.policy != nil)
  }

  @Test func aReflexWithoutItsRuleOrWithoutContainmentIsSaid() throws {
    let report = Self.compile("reflex: [x-1], rules: [good.yml]")
    #expect(report.policy != nil && report.problems.map(\.path) == ["sigma.reflex", "sigma.reflex"])
  }
}
