import CordonCore
import CordonPolicy
import Testing

@Suite struct SigmaCompilerTests {
  /// A rule about started programs with this detection, each line indented by two.
  static func rule(_ detection: String, logsource: String = "{product: linux, category: process_creation}") -> String {
    let lines = detection.split(separator: "\n").map { "  \($0)\n" }.joined()
    return "title: T\nid: a-1\nlevel: high\nlogsource: \(logsource)\ndetection:\n\(lines)"
  }

  static func verdict(_ text: String) -> SigmaVerdict { SigmaCompiler().compile(Array(text.utf8), file: "r.yml") }

  static func compiled(_ text: String) throws -> SigmaRule {
    switch verdict(text) {
    case .compiled(let rule): return rule
    case .refused(let refusal):
      Issue.record("\(refusal.problem)")
      throw refusal
    }
  }

  static func refusal(_ text: String) -> SigmaRefusal? {
    if case .refused(let refusal) = verdict(text) { refusal } else { nil }
  }

  @Test func aRulesHeadIsRead() throws {
    let rule = try Self.compiled(
      """
      title: Shell from a web server
      id: 12345678-1234-4321-aaaa-123456789abc
      status: test
      tags: [attack.execution, attack.t1059.004, attack.T1505.003, cve.2021-1, attack.t1059.004]
      logsource: {product: linux, category: process_creation}
      detection:
        selection:
          Image|endswith: /sh
        condition: selection
      level: critical
      """)
    #expect(rule.title == "Shell from a web server" && rule.severity == .critical)
    #expect(rule.techniques == ["T1059.004", "T1505.003"] && rule.source == .processCreation)
    #expect(rule.tests == [SigmaTest(.image, .text(SigmaPattern("*/sh"), isCased: false))])
    #expect(rule.condition == [.test(0)])
  }

  /// What a selection comes to, written as the compiler itself writes conditions.
  @Test(arguments: [
    ("s: {Image: a, CommandLine: b}\ncondition: s", "t0 and t1"),
    ("s: {Image: [a, b]}\ncondition: s", "t0 or t1"),
    ("s: {'CommandLine|contains|all': [a, b]}\ncondition: s", "t0 and t1"),
    ("s: [{Image: a}, {Image: b, User: c}]\ncondition: s", "t0 or (t1 and t2)"),
    ("a1: {Image: a}\na2: {Image: b}\nb: {User: c}\ncondition: 1 of a* and not b", "(t0 or t1) and not t2"),
    ("a1: {Image: a}\na2: {Image: b}\ncondition: all of them", "t0 and t1"),
    ("a: {Image: a}\n_b: {Image: b}\ncondition: 1 of them", "t0"),
    ("a: {Image: a}\nb: {User: b}\nc: {User: c}\ncondition: a or b and not c", "t0 or (t1 and not t2)"),
    ("a: {Image: a}\nb: {User: b}\nc: {User: c}\ncondition: (a or b) and not (not c)", "(t0 or t1) and t2"),
    ("a: {Image: a}\nb: {User: b}\ncondition: [a, b]", "t0 or t1"),
    ("a: {'Image|neq': [a, b]}\ncondition: a", "not (t0 or t1)"),
    ("a: {'Image|exists': false}\ncondition: a", "not t0"),
    ("a: {'CommandLine|windash|contains': ' -n'}\ncondition: a", "t0 or t1 or t2 or t3 or t4"),
    ("a: {'CommandLine|base64offset|contains': ping}\ncondition: a", "t0 or t1 or t2"),
  ])
  func conditionsMeanWhatSigmaSays(detection: String, expected: String) throws {
    let text = SigmaText.render(try Self.compiled(Self.rule(detection)))
    #expect(text.hasSuffix("condition: \"\(expected)\"}}"), "\(text)")
  }

  @Test(arguments: [
    ("Image: a*b", SigmaMatch.text(SigmaPattern("a*b"), isCased: false)),
    ("'Image|contains': 'a'", .text(SigmaPattern("*a*"), isCased: false)),
    (#"'Image|startswith': 'a\*?'"#, .text(SigmaPattern([.literal(Array("a*".utf8)), .one, .run]), isCased: false)),
    ("'Image|cased': A", .text(SigmaPattern("A"), isCased: true)),
    ("'Image|re': '^a+$'", .expression("^a+$", [])),
    ("'Image|re|i|s': a", .expression("a", [.ignoresCase, .dotMatchesAll])),
    ("'Image|exists': 'yes it is'", .exists),
    ("Image: null", .empty),
    ("'Image|base64': foobar", .text(SigmaPattern("Zm9vYmFy"), isCased: true)),
    ("'Image|wide|base64': ab", .text(SigmaPattern("YQBiAA=="), isCased: true)),
    ("'Image|utf16be|base64': ab", .text(SigmaPattern("AGEAYg=="), isCased: true)),
    ("'Image|gte': 10", .number(.atLeast, 10)),
  ])
  func aFieldsMatchIs(field: String, expected: SigmaMatch) throws {
    guard field.contains("yes") == false else {
      #expect(Self.refusal(Self.rule("a: {\(field)}\ncondition: a"))?.reason == .malformed)
      return
    }
    let rule = try Self.compiled(Self.rule("a: {\(field)}\ncondition: a"))
    #expect(rule.tests == [SigmaTest(.image, expected)])
  }

  @Test func networksAndPortsAreAsked() throws {
    let rule = try Self.compiled(
      Self.rule(
        "a: {'DestinationIp|cidr': 10.0.0.0/8, 'DestinationPort|lt': 1024}\ncondition: a",
        logsource: "{product: linux, category: network_connection}"))
    let network = try #require(IPNetwork("10.0.0.0/8"))
    #expect(rule.tests == [.init(.destinationIP, .network(network)), .init(.destinationPort, .number(.less, 1024))])
  }

  /// The offsets of Sigma's own documentation: a text is found wherever it begins.
  @Test func base64OffsetsAreThoseOfTheSpecification() throws {
    let rule = try Self.compiled(Self.rule("a: {'CommandLine|base64offset|contains': /bin/bash}\ncondition: a"))
    let texts = rule.tests.map { test in
      if case .text(let pattern, _) = test.match { pattern.text } else { "" }
    }
    #expect(texts == ["*L2Jpbi9iYXNo*", "*9iaW4vYmFza*", "*vYmluL2Jhc2*"])
  }

  @Test func auditsExecRecordsAreReadByArgument() throws {
    let source = "{product: linux, service: auditd}"
    let rule = try Self.compiled(
      Self.rule("s: {type: EXECVE, a0: cat, 'a1|contains': shadow}\ncondition: s", logsource: source))
    #expect(rule.source == .auditExec && rule.tests.map(\.field) == [.argument0, .argument0, .argument1])
    let words = try Self.compiled(
      Self.rule("s: {type: EXECVE}\nw:\n  '|all': [grep, password]\ncondition: s and w", logsource: source))
    #expect(words.tests.map(\.field) == [.argument0, .commandLine, .commandLine])
    #expect(Self.refusal(Self.rule("w: [grep, password]\ncondition: w", logsource: source))?.reason == .keywords)
    #expect(Self.refusal(Self.rule("s: {type: PATH}\ncondition: s", logsource: source))?.reason == .logSource)
  }

  @Test(arguments: [
    ("s: {Image: a}\ncondition: s | count() > 3", SigmaRefusal.Reason.aggregation, "detection.condition"),
    ("s: {Image: a}\ntimeframe: 5m\ncondition: s", .aggregation, "detection.timeframe"),
    ("s: {Hashes: a}\ncondition: s", .field, "detection.s.Hashes"),
    ("s: {'Image|expand': a}\ncondition: s", .modifier, "detection.s.Image|expand"),
    ("s: {'Image|wide': a}\ncondition: s", .modifier, "detection.s.Image|wide"),
    ("s: {'Image|re|contains': a}\ncondition: s", .modifier, "detection.s.Image|re|contains"),
    ("s: {'Image|base64': 'a*'}\ncondition: s", .modifier, "detection.s.Image|base64"),
    ("s: {'Image|cidr': a}\ncondition: s", .malformed, "detection.s.Image|cidr"),
    ("s: [a, b]\ncondition: s", .keywords, "detection.s.[0]"),
    ("s: {}\ncondition: s", .malformed, "detection.s"),
    ("s: {Image: {a: b}}\ncondition: s", .malformed, "detection.s.Image"),
    ("s: {Image: a}\ncondition: s and", .condition, "detection.condition"),
    ("s: {Image: a}\ncondition: s s", .condition, "detection.condition"),
    ("s: {Image: a}\ncondition: (s", .condition, "detection.condition"),
    ("s: {Image: a}\ncondition: 2 of s*", .condition, "detection.condition"),
    ("s: {Image: a}\ncondition: 1 of x*", .condition, "detection.condition"),
    ("s: {Image: a}\ncondition: selection", .condition, "detection.condition"),
    ("s: {Image: a}", .malformed, "detection"),
  ])
  func whatIsOutsideIsRefusedWithItsPlace(
    detection: String, reason: SigmaRefusal.Reason, path: String
  ) throws {
    let refusal = try #require(Self.refusal(Self.rule(detection)))
    #expect(refusal.reason == reason && refusal.problem.path == path, "\(refusal.problem)")
    #expect(refusal.problem.file == "r.yml" && refusal.problem.line >= 5 && refusal.problem.column >= 1)
  }

  @Test(arguments: [
    "{product: macos, category: process_creation}", "{category: webserver}", "{product: linux, service: sshd}",
  ])
  func otherLogSourcesAreRefusedByName(source: String) throws {
    let refusal = try #require(Self.refusal(Self.rule("s: {Image: a}\ncondition: s", logsource: source)))
    #expect(refusal.reason == .logSource && !refusal.subject.isEmpty)
  }

  @Test func theExpressionsEngineIsAsked() throws {
    let compiler = SigmaCompiler { text, _ in text == "(" ? "missing parenthesis" : nil }
    let text = Self.rule("s: {'Image|re': '('}\ncondition: s")
    guard case .refused(let refusal) = compiler.compile(Array(text.utf8), file: "r.yml") else {
      Issue.record("compiled")
      return
    }
    #expect(refusal.reason == .expression && refusal.problem.message.contains("missing parenthesis"))
  }

  @Test func boundsHold() throws {
    let values = (0...SigmaRule.mostTests).map { "'v\($0)'" }.joined(separator: ", ")
    #expect(Self.refusal(Self.rule("s: {Image: [\(values)]}\ncondition: s"))?.reason == .size)
    let fits = (0..<SigmaRule.mostTests).map { "'v\($0)'" }.joined(separator: ", ")
    #expect(try Self.compiled(Self.rule("s: {Image: [\(fits)]}\ncondition: s")).tests.count == SigmaRule.mostTests)
    let deep = String(repeating: "(", count: 40) + "s" + String(repeating: ")", count: 40)
    #expect(Self.refusal(Self.rule("s: {Image: a}\ncondition: \(deep)"))?.reason == .size)
    let dashes = String(repeating: " -n", count: 8)
    #expect(Self.refusal(Self.rule("s: {'Image|windash': '\(dashes)'}\ncondition: s"))?.reason == .size)
    #expect(Self.refusal(String(repeating: "#", count: SigmaCompiler.mostBytes + 1))?.reason == .size)
    let long = String(repeating: "x", count: SigmaPattern.mostBytes + 1)
    #expect(Self.refusal(Self.rule("s: {Image: \(long)}\ncondition: s"))?.reason == .size)
  }
}
