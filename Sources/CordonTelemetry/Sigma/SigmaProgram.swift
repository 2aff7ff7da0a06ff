import CordonCore

/// All rules about one kind of observation, compiled into one flat program.
///
/// Equal tests of different rules are one question. Literals of a field are looked for in one pass. A rule is looked at
/// only where a literal was found without which it cannot match; its condition then runs as jumps over a single answer,
/// cheap questions first, and stops as soon as the outcome is certain.
struct SigmaProgram: Sendable {
  enum Instruction: Sendable {
    /// Makes it the current answer whether a question's literal was found.
    case look(Int)
    /// Makes a question's answer the current one.
    case ask(Int)
    case negate
    /// Goes on at an instruction where the current answer is no, or yes.
    case jumpIfNo(Int)
    case jumpIfYes(Int)
  }

  struct Question: Sendable {
    var field: SigmaField
    var question: SigmaQuestion
  }

  private(set) var questions: [Question] = []
  private(set) var code: [Instruction] = []
  /// Each rule's instructions.
  private(set) var bodies: [Range<Int>] = []
  /// Rules that a question's literal wakes.
  private(set) var woken: [[Int]] = []
  /// Rules that no literal wakes: they are always looked at.
  private(set) var awake: [Int] = []
  private(set) var indices: [(field: SigmaField, index: LiteralIndex)] = []

  private var numbers: [SigmaTest: Int] = [:]

  /// Rules of one source; throws where an expression does not compile or a rule is unsound.
  init(_ rules: [SigmaRule]) throws(CordonError) {
    for rule in rules {
      guard let expression = rule.expression else {
        throw CordonError(.invalid, "sigma-rule", "The Sigma rule \(rule.id) has a condition without an outcome.")
      }
      for test in rule.tests { _ = try number(of: test) }
      let start = code.count
      emit(expression)
      bodies.append(start..<code.count)
    }
    var wakers: [Wakers?] = []
    for rule in rules {
      wakers.append(
        try rule.expression.map { expression throws(CordonError) in try self.wakers(of: expression) } ?? nil)
    }
    // Only now: helpers have added questions.
    woken = Array(repeating: [], count: questions.count)
    for (rule, wakers) in wakers.enumerated() {
      guard let wakers else {
        awake.append(rule)
        continue
      }
      for number in wakers.numbers { woken[number].append(rule) }
    }
    fileLiterals()
    numbers = [:]
  }

  private mutating func number(of test: SigmaTest) throws(CordonError) -> Int {
    if let known = numbers[test] { return known }
    questions.append(Question(field: test.field, question: try SigmaQuestion(test.match)))
    numbers[test] = questions.count - 1
    return questions.count - 1
  }

  private mutating func fileLiterals() {
    var literals: [SigmaField: [(literal: LiteralIndex.Literal, mark: Int)]] = [:]
    for (number, question) in questions.enumerated() {
      guard case .literal(let literal) = question.question else { continue }
      literals[question.field, default: []].append((literal, number))
    }
    indices = literals.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key, LiteralIndex($0.value)) }
  }

  // MARK: Code

  private mutating func emit(_ expression: SigmaExpression) {
    switch expression {
    case .test(let test):
      let number = numbers[test] ?? 0
      if case .literal = questions[number].question { code.append(.look(number)) } else { code.append(.ask(number)) }
    case .not(let inner):
      emit(inner)
      code.append(.negate)
    case .all(let parts): emit(parts) { .jumpIfNo($0) }
    case .any(let parts): emit(parts) { .jumpIfYes($0) }
    }
  }

  /// Parts one after the other, the cheapest first, each but the last followed by a jump behind them all.
  private mutating func emit(_ parts: [SigmaExpression], _ jump: (Int) -> Instruction) {
    let costs = parts.map { cost($0) }
    let order = parts.indices.sorted { (costs[$0], $0) < (costs[$1], $1) }
    var holes: [Int] = []
    for (position, part) in order.enumerated() {
      emit(parts[part])
      guard position + 1 < order.count else { break }
      holes.append(code.count)
      code.append(jump(0))
    }
    for hole in holes { code[hole] = jump(code.count) }
  }

  private func cost(_ expression: SigmaExpression) -> Int {
    switch expression {
    case .test(let test): numbers[test].map { questions[$0].question.cost } ?? 0
    case .not(let inner): cost(inner)
    case .all(let parts), .any(let parts): parts.reduce(0) { $0 + cost($1) }
    }
  }

  // MARK: Waking

  private struct Wakers {
    /// Questions of which one at least is answered with yes wherever the expression holds.
    var numbers: Set<Int>
    /// Bytes of the shortest literal among them: long ones wake rarely.
    var worth: Int
  }

  /// Nil where the expression may hold without any literal.
  private mutating func wakers(of expression: SigmaExpression) throws(CordonError) -> Wakers? {
    switch expression {
    case .test(let test):
      guard let known = numbers[test], let literal = questions[known].question.needed else { return nil }
      if case .literal = questions[known].question {
        return Wakers(numbers: [known], worth: literal.bytes.count)
      }
      let helper = SigmaTest(
        test.field, .text(SigmaPattern([.run, .literal(literal.bytes), .run]), isCased: false))
      return Wakers(numbers: [try number(of: helper)], worth: literal.bytes.count)
    case .not: return nil
    case .all(let parts):
      var best: Wakers?
      for part in parts {
        guard let wakers = try wakers(of: part) else { continue }
        if best.map({ wakers.worth > $0.worth }) ?? true { best = wakers }
      }
      return best
    case .any(let parts):
      var all = Wakers(numbers: [], worth: .max)
      for part in parts {
        guard let wakers = try wakers(of: part) else { return nil }
        all.numbers.formUnion(wakers.numbers)
        all.worth = min(all.worth, wakers.worth)
      }
      return all
    }
  }
}
