import CordonCore
import CordonPolicy
import Testing

@Suite struct SigmaTextTests {
  @Test(arguments: [
    "s: {Image: ['*/a', 'b?c', 'd\\*e', \"tab\\there\", \"ütf\"]}\ncondition: s",
    "s: {'CommandLine|re|i|m|s': '^\"a\\d{2}'}\nt: {Image: null, User|exists: true}\ncondition: s or not t",
    "a: {'Image|cased|contains': 'A\\\\'}\nb: {'CurrentDirectory|lte': -5}\nc: {Image: '[x, {y'}\ncondition: a and (b or c)",
    "a: {Image: a}\nb: {User: b}\nc: {User: c}\ncondition: not (a and not (b or c)) and (a or b)",
  ])
  func whatIsWrittenCompilesToTheSameRule(detection: String) throws {
    let rule = try SigmaCompilerTests.compiled(SigmaCompilerTests.rule(detection))
    let text = SigmaText.render(rule)
    #expect(!text.contains("\n"))
    #expect(try SigmaCompilerTests.compiled(text) == rule, "\(text)")
  }

  @Test func manyStarsInQuotesAreNoAliases() throws {
    let values = (0..<100).map { "'*v\($0)*'" }.joined(separator: ", ")
    let rule = try SigmaCompilerTests.compiled(SigmaCompilerTests.rule("s: {Image: [\(values)]}\ncondition: s"))
    #expect(try SigmaCompilerTests.compiled(SigmaText.render(rule)) == rule)
  }
}
