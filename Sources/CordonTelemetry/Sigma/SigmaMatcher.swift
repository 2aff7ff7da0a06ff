package import CordonCore

/// Matches observations against compiled Sigma rules.
package struct SigmaMatcher: Sendable {
  package let rules: [SigmaRule]
  /// Searches for a regular expression that ended at a limit: their rules did not match.
  package private(set) var gaveUp: UInt64 = 0

  private var runs: [SigmaSource: SigmaRun] = [:]
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
      if !members.isEmpty { runs[source] = SigmaRun(try SigmaProgram(members.map { rules[$0] }), members: members) }
    }
  }

  /// Whether any rule is about observations of a kind.
  package func reads(_ source: SigmaSource) -> Bool { runs[source] != nil }

  /// Whether any rule asks for a field.
  package func reads(_ field: SigmaField) -> Bool { fields.contains(field) }

  /// Adds the indices in `rules` of those that an event of a kind matches, in their order.
  package mutating func match(_ event: SigmaEvent, of source: SigmaSource, into matched: inout [Int]) {
    runs[source]?.match(event, gaveUp: &gaveUp, into: &matched)
  }
}

/// A program with the room that it runs in, used again for each event.
private struct SigmaRun: Sendable {
  private let program: SigmaProgram
  /// The rules' indices among all.
  private let members: [Int]
  /// Of this event; what bears an earlier number is not answered, or not woken, yet.
  private var round: UInt64 = 0
  private var answered: [UInt64]
  private var answers: [SigmaAnswer]
  private var seen: [UInt64]
  private var found: [Int] = []
  private var candidates: [Int] = []

  init(_ program: SigmaProgram, members: [Int]) {
    self.program = program
    self.members = members
    answered = Array(repeating: 0, count: program.questions.count)
    answers = Array(repeating: .no, count: program.questions.count)
    seen = Array(repeating: 0, count: program.bodies.count)
  }

  mutating func match(_ event: SigmaEvent, gaveUp: inout UInt64, into matched: inout [Int]) {
    round += 1
    candidates.removeAll(keepingCapacity: true)
    for rule in program.awake { candidates.append(rule) }
    for (field, index) in program.indices {
      var marks: [Int] = []
      swap(&marks, &found)
      marks.removeAll(keepingCapacity: true)
      event.with(field, isFolded: true) { index.search($0, into: &marks) }
      for number in marks { answer(number) }
      swap(&marks, &found)
    }
    guard !candidates.isEmpty else { return }
    candidates.sort()
    for rule in candidates where holds(program.bodies[rule], event, &gaveUp) { matched.append(members[rule]) }
  }

  /// A literal was found: its question is answered, and the rules behind it wake.
  private mutating func answer(_ number: Int) {
    guard answered[number] != round else { return }
    answered[number] = round
    answers[number] = .yes
    for rule in program.woken[number] where seen[rule] != round {
      seen[rule] = round
      candidates.append(rule)
    }
  }

  /// Whether a rule's condition holds; never where a question that it asked stayed open, even behind a `not`.
  private mutating func holds(_ body: Range<Int>, _ event: SigmaEvent, _ gaveUp: inout UInt64) -> Bool {
    var current = false
    var position = body.lowerBound
    while position < body.upperBound {
      switch program.code[position] {
      case .ask(let number):
        let answer = ask(number, event, &gaveUp)
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

  private mutating func ask(_ number: Int, _ event: SigmaEvent, _ gaveUp: inout UInt64) -> SigmaAnswer {
    if answered[number] == round { return answers[number] }
    let question = program.questions[number]
    let answer = question.question.answer(question.field, of: event)
    if answer == .open { gaveUp += 1 }
    answered[number] = round
    answers[number] = answer
    return answer
  }
}
