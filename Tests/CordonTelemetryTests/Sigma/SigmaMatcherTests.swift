import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct SigmaMatcherTests {
  static func rule(
    _ expression: SigmaExpression, id: String = "r", source: SigmaSource = .processCreation
  ) -> SigmaRule {
    let (tests, condition) = expression.flattened
    return SigmaRule(id: id, title: "T", severity: .high, source: source, tests: tests, condition: condition)
  }

  static func event(_ fields: [SigmaField: String]) -> SigmaEvent {
    var event = SigmaEvent()
    for (field, text) in fields { event.set(field, Array(text.utf8)) }
    return event
  }

  static func matches(_ match: SigmaMatch, _ text: String?, _ field: SigmaField = .image) throws -> Bool {
    var matcher = try SigmaMatcher([rule(.test(SigmaTest(field, match)))])
    var found: [Int] = []
    matcher.match(event(text.map { [field: $0] } ?? [:]), of: .processCreation, into: &found)
    return found == [0]
  }

  @Test(arguments: [
    ("*/bash", "/bin/BASH", true), ("*/bash", "/bin/bash ", false), ("/bin/*", "/bin/sh", true),
    ("*in*", "/bin/sh", true), ("a", "A", true), ("a", "ab", false), ("?", "é", true), ("??", "é", false),
    ("a*c*e", "abcde", true), ("a*c*e", "abde", false), ("", "", true), ("", "x", false), ("*", "", true),
    ("*-*", "a-b", true), ("*ab", "ab", true), ("ab*", "ab", true), ("*aab*", "aaab", true), ("É", "é", false),
  ])
  func textsMatchWithWildcards(pattern: String, value: String, expected: Bool) throws {
    #expect(try Self.matches(.text(SigmaPattern(pattern), isCased: false), value) == expected)
  }

  @Test func caseCountsWhereAsked() throws {
    #expect(try Self.matches(.text(SigmaPattern("*Ab*"), isCased: true), "xAbx"))
    #expect(try !Self.matches(.text(SigmaPattern("*Ab*"), isCased: true), "xabx"))
    #expect(try Self.matches(.expression("^/Bin", [.ignoresCase]), "/bin/sh"))
    #expect(try !Self.matches(.expression("^/Bin", []), "/bin/sh"))
  }

  @Test func numbersAddressesAndPresence() throws {
    #expect(try Self.matches(.number(.atLeast, 1024), "1024") && !Self.matches(.number(.more, 1024), "1024"))
    #expect(try !Self.matches(.number(.less, 5), "four"))
    let network = try #require(IPNetwork("10.0.0.0/8"))
    #expect(try Self.matches(.network(network), "10.2.3.4") && !Self.matches(.network(network), "11.2.3.4"))
    #expect(try Self.matches(.exists, "") && !Self.matches(.exists, nil))
    #expect(try Self.matches(.empty, "") && Self.matches(.empty, nil) && !Self.matches(.empty, "x"))
    #expect(try !Self.matches(.text(SigmaPattern("*"), isCased: false), nil), "a field that is not there has no text")
  }

  @Test func aRuleSeesItsOwnKindAlone() throws {
    let test = SigmaExpression.test(SigmaTest(.image, .exists))
    var matcher = try SigmaMatcher([Self.rule(test, source: .fileEvent), Self.rule(test, source: .networkConnection)])
    var found: [Int] = []
    matcher.match(Self.event([.image: "x"]), of: .networkConnection, into: &found)
    #expect(found == [1] && matcher.reads(.fileEvent) && !matcher.reads(.processCreation))
    #expect(matcher.reads(.image) && !matcher.reads(SigmaField.user))
  }

  @Test func aHostileExpressionGivesUpAndMatchesNothing() throws {
    let hostile = SigmaExpression.test(SigmaTest(.image, .expression("^(a+)+$", [])))
    var matcher = try SigmaMatcher([Self.rule(hostile), Self.rule(hostile.negated)])
    var found: [Int] = []
    let event = Self.event([.image: String(repeating: "a", count: 5000) + "!"])
    let time = ContinuousClock().measure { matcher.match(event, of: .processCreation, into: &found) }
    #expect(found == [] && matcher.gaveUp == 1, "neither it nor its opposite")
    #expect(time < .seconds(1))
  }

  @Test func unsoundRulesAreRefused() throws {
    var rule = Self.rule(.test(SigmaTest(.image, .exists)))
    rule.condition = [.test(0), .test(0)]
    #expect(throws: CordonError.self) { try SigmaMatcher([rule]) }
    rule.condition = [.test(1)]
    #expect(throws: CordonError.self) { try SigmaMatcher([rule]) }
    let foreign = Self.rule(.test(SigmaTest(.destinationIP, .exists)))
    #expect(throws: CordonError.self) { try SigmaMatcher([foreign]) }
    let wrong = Self.rule(.test(SigmaTest(.image, .expression("(", []))))
    #expect(throws: CordonError.self) { try SigmaMatcher([wrong]) }
  }

  /// Random rules over a small alphabet, many at once, against the definition.
  @Test(arguments: [UInt64](1...12)) func theProgramEqualsTheDefinition(seed: UInt64) throws {
    var random = SeededRandomness(seed: seed)
    for _ in 0..<20 {
      let expressions = (0..<40).map { _ in Self.expression(depth: 0, &random) }
      var matcher = try SigmaMatcher(expressions.map { Self.rule($0) })
      for _ in 0..<20 {
        var fields: NaiveSigma.Event = [:]
        var event = SigmaEvent()
        for field in Self.fields where random.next() % 8 > 0 {
          let text = Self.text(0...14, &random)
          fields[field] = text
          event.set(field, text)
        }
        var found: [Int] = []
        matcher.match(event, of: .processCreation, into: &found)
        let expected = expressions.indices.filter { NaiveSigma.holds(expressions[$0], fields) }
        #expect(found == expected, "seed \(seed), \(fields)")
      }
    }
  }

  private static let fields: [SigmaField] = [.image, .commandLine, .user]

  private static func text(_ length: ClosedRange<UInt64>, _ random: inout SeededRandomness) -> [UInt8] {
    let count = length.lowerBound + random.next() % (length.upperBound - length.lowerBound + 1)
    let letters = Array("abABc5".utf8)
    return (0..<count).map { _ in letters[Int(random.next() % UInt64(letters.count))] }
  }

  private static func expression(depth: Int, _ random: inout SeededRandomness) -> SigmaExpression {
    let parts = Int(2 + random.next() % 3)
    switch depth < 3 ? random.next() % 6 : 5 {
    case 0: return expression(depth: depth + 1, &random).negated
    case 1, 2: return .conjunction((0..<parts).map { _ in expression(depth: depth + 1, &random) })
    case 3: return .disjunction((0..<parts).map { _ in expression(depth: depth + 1, &random) })
    default:
      let field = fields[Int(random.next() % 3)]
      switch random.next() % 12 {
      case 0: return .test(SigmaTest(field, .exists))
      case 1: return .test(SigmaTest(field, .empty))
      case 2: return .test(SigmaTest(field, .number(.more, Int64(random.next() % 600))))
      default: return .test(SigmaTest(field, .text(pattern(&random), isCased: random.next() % 4 == 0)))
      }
    }
  }

  private static func pattern(_ random: inout SeededRandomness) -> SigmaPattern {
    var pieces: [SigmaPattern.Piece] = []
    if random.next() % 2 == 0 { pieces.append(.run) }
    pieces.append(.literal(text(0...5, &random)))
    if random.next() % 4 == 0 { pieces += [random.next() % 2 == 0 ? .one : .run, .literal(text(1...2, &random))] }
    if random.next() % 2 == 0 { pieces.append(.run) }
    return SigmaPattern(pieces)
  }
}
