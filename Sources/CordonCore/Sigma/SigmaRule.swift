/// A Sigma rule, compiled: what is asked of an observation's fields, and how the answers combine.
///
/// Made by the policy's compiler on an operator's machine, carried in the signed policy, and matched on agents, which
/// read no YAML. See the Sigma specification, version 2, and `SigmaCompiler` for the part of it that is taken.
package struct SigmaRule: Hashable, Sendable {
  /// What a detection's rule begins with, before the id of the Sigma rule that matched; permanent.
  package static let detectionPrefix = "sigma:"
  /// Rules in one policy.
  package static let mostRules = 1024
  /// Different tests of one rule.
  package static let mostTests = 512
  /// Steps of one rule's condition.
  package static let mostSteps = 2048
  /// Answers that are open at once while a condition is worked out.
  package static let mostOpen = 64
  package static let mostTechniques = 8
  /// Bytes.
  package static let mostTitleBytes = 256
  package static let mostIDBytes = 64

  /// One step of a condition in postfix order: tests push an answer, the others combine the last ones.
  package enum Step: Hashable, Sendable {
    /// The answer of the test with this index.
    case test(Int)
    /// The opposite of the last answer.
    case not
    /// Whether both of the last two answers hold.
    case and
    /// Whether either of the last two answers holds.
    case or
  }

  /// The rule's own, a UUID as a rule.
  package var id: String
  /// What people call it; part of detections, so that it may hold no name of a person.
  package var title: String
  package var severity: Severity
  /// ATT&CK, such as `T1059.004`, in the order of the rule's tags.
  package var techniques: [String]
  package var source: SigmaSource
  /// Each once, in the order of the steps that ask them first.
  package var tests: [SigmaTest]
  package var condition: [Step]

  package init(
    id: String, title: String, severity: Severity, techniques: [String] = [], source: SigmaSource,
    tests: [SigmaTest], condition: [Step]
  ) {
    self.id = id
    self.title = title
    self.severity = severity
    self.techniques = techniques
    self.source = source
    self.tests = tests
    self.condition = condition
  }

  /// Whether it keeps to every bound, its condition leaves one answer, and its source has the fields that it asks.
  package var isSound: Bool {
    guard (1...Self.mostIDBytes).contains(id.utf8.count), id.utf8.allSatisfy(Self.isIDByte),
      (1...Self.mostTitleBytes).contains(title.utf8.count), techniques.count <= Self.mostTechniques,
      techniques.allSatisfy(Self.isTechnique), (1...Self.mostTests).contains(tests.count),
      condition.count <= Self.mostSteps
    else { return false }
    let fields = Set(source.fields.map(\.field))
    return tests.allSatisfy { fields.contains($0.field) && $0.match.isSound } && leavesOneAnswer
  }

  private var leavesOneAnswer: Bool {
    var answers = 0
    for step in condition {
      switch step {
      case .test(let index):
        guard tests.indices.contains(index) else { return false }
        answers += 1
      case .not: guard answers >= 1 else { return false }
      case .and, .or:
        guard answers >= 2 else { return false }
        answers -= 1
      }
      guard answers <= Self.mostOpen else { return false }
    }
    return answers == 1
  }

  /// Letters, digits and `-`.
  package static func isIDByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  /// `T` and digits, with a sub-technique's digits behind a point.
  package static func isTechnique(_ text: String) -> Bool {
    guard text.first == "T", text.utf8.count <= 16 else { return false }
    let parts = text.dropFirst().split(separator: ".", omittingEmptySubsequences: false)
    return (1...2).contains(parts.count)
      && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
  }
}
