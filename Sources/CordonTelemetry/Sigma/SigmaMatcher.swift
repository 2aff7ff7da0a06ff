package import CordonCore

/// Matches observations against compiled Sigma rules.
package struct SigmaMatcher: Sendable {
  package let rules: [SigmaRule]
  /// Searches for a regular expression that ended at a limit: their rules did not match.
  package private(set) var gaveUp: UInt64 = 0

  /// By the source's raw value.
  private var runs = [SigmaRun?](repeating: nil, count: SigmaSource.slots)
  private let fields: Set<SigmaField>

  /// Matches nothing.
  package static let none = SigmaMatcher()

  private init() {
    rules = []
    fields = []
  }

  /// Throws where an expression does not compile or a rule is unsound; agents then keep the rules that they have.
  package init(_ rules: [SigmaRule]) throws(CordonError) {
    guard rules.count <= SigmaRule.mostRules else {
      throw CordonError(.invalid, "sigma-rules", "There are more than \(SigmaRule.mostRules) Sigma rules.")
    }
    if let unsound = rules.first(where: { !$0.isSound }) {
      throw CordonError(.invalid, "sigma-rule", "The Sigma rule \(unsound.id) is past a bound or malformed.")
    }
    self.rules = rules
    fields = Set(rules.flatMap { $0.tests.map(\.field) })
    for source in SigmaSource.allCases {
      let members = rules.indices.filter { rules[$0].source == source }
      guard !members.isEmpty else { continue }
      runs[Int(source.rawValue)] = SigmaRun(try SigmaProgram(members.map { rules[$0] }), members: members)
    }
  }

  /// Whether any rule is about observations of a kind.
  package func reads(_ source: SigmaSource) -> Bool { runs[Int(source.rawValue)] != nil }

  /// Whether any rule asks for a field.
  package func reads(_ field: SigmaField) -> Bool { fields.contains(field) }

  /// Adds the indices in `rules` of those that an event of a kind matches, in their order.
  package mutating func match(_ event: SigmaEvent, of source: SigmaSource, into matched: inout [Int]) {
    runs[Int(source.rawValue)]?.match(event, gaveUp: &gaveUp, into: &matched)
  }
}

extension SigmaSource {
  fileprivate static let slots = Int(allCases.map(\.rawValue).max() ?? 0) + 1
}

/// A program with the room that it runs in, used again for each event.
private struct SigmaRun: Sendable {
  private let program: SigmaProgram
  /// The rules' indices among all.
  private let members: [Int]
  private var scratch: SigmaScratch

  init(_ program: SigmaProgram, members: [Int]) {
    self.program = program
    self.members = members
    scratch = SigmaScratch(for: program)
  }

  mutating func match(_ event: SigmaEvent, gaveUp: inout UInt64, into matched: inout [Int]) {
    scratch.match(event, by: program, members, gaveUp: &gaveUp, into: &matched)
  }
}

/// What is known of one event. Nothing is cleared between events: what bears an earlier round's number is not known yet.
private struct SigmaScratch: Sendable {
  private var round: UInt64 = 0
  private var answered: [UInt64]
  private var answers: [SigmaAnswer]
  private var seen: [UInt64]
  private var found: [Int] = []
  private var candidates: [Int] = []

  init(for program: SigmaProgram) {
    answered = Array(repeating: 0, count: program.questions.count)
    answers = Array(repeating: .no, count: program.questions.count)
    seen = Array(repeating: 0, count: program.bodies.count)
  }

  mutating func match(
    _ event: SigmaEvent, by program: SigmaProgram, _ members: [Int], gaveUp: inout UInt64, into matched: inout [Int]
  ) {
    round += 1
    candidates.removeAll(keepingCapacity: true)
    candidates += program.awake
    let indices = program.indices.span
    for slot in indices.indices {
      found.removeAll(keepingCapacity: true)
      event.with(indices[slot].field, isFolded: true) { indices[slot].index.search($0, into: &found) }
      for position in found.indices { answer(found[position], program) }
    }
    guard !candidates.isEmpty else { return }
    candidates.sort()
    for position in candidates.indices {
      let rule = candidates[position]
      if holds(rule, event, program, &gaveUp) { matched.append(members[rule]) }
    }
  }

  /// A literal was found: its question is answered, and the rules behind it wake.
  private mutating func answer(_ number: Int, _ program: SigmaProgram) {
    guard answered[number] != round else { return }
    answered[number] = round
    answers[number] = .yes
    let woken = program.woken.span
    for position in woken[number].indices {
      let rule = woken[number][position]
      guard seen[rule] != round else { continue }
      seen[rule] = round
      candidates.append(rule)
    }
  }

  /// Whether a rule's condition holds; never where a question that it asked stayed open, even behind a `not`.
  private mutating func holds(
    _ rule: Int, _ event: SigmaEvent, _ program: SigmaProgram, _ gaveUp: inout UInt64
  ) -> Bool {
    let code = program.code.span
    var current = false
    var position = program.bodies[rule].lowerBound
    let end = program.bodies[rule].upperBound
    while position < end {
      switch code[position] {
      case .look(let number): current = answered[number] == round
      case .ask(let number):
        let answer = ask(number, event, program, &gaveUp)
        guard answer != .open else { return false }
        current = answer == .yes
      case .negate: current.toggle()
      case .jumpIfNo(let target):
        if !current {
          position = target
          continue
        }
      case .jumpIfYes(let target):
        if current {
          position = target
          continue
        }
      }
      position += 1
    }
    return current
  }

  private mutating func ask(
    _ number: Int, _ event: SigmaEvent, _ program: SigmaProgram, _ gaveUp: inout UInt64
  ) -> SigmaAnswer {
    if answered[number] == round { return answers[number] }
    let questions = program.questions.span
    let answer = questions[number].question.answer(questions[number].field, of: event)
    if answer == .open { gaveUp += 1 }
    answered[number] = round
    answers[number] = answer
    return answer
  }
}
