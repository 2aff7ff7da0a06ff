import CordonCore
import CordonPolicy

/// What became of rules that were tried, and how it is shown.
struct SigmaCheck {
  /// Refusals with the same reason for the same thing.
  private struct Group: Hashable {
    var reason: SigmaRefusal.Reason
    var subject: String
  }

  private(set) var rules = 0
  private(set) var compiled = 0
  private var refusals: [SigmaRefusal] = []

  init(_ paths: [String], in environment: AdminEnvironment) throws(CordonError) {
    let compiler = SigmaCompiler(checkExpression: SigmaFolder.files(from: "", in: environment).checkExpression)
    for path in paths {
      switch try SigmaFolder.read(path, in: environment) {
      case .file(let bytes): take(compiler.compile(bytes, file: path))
      case .folder(let files): for file in files { take(compiler.compile(file.bytes, file: file.path)) }
      }
    }
  }

  private mutating func take(_ verdict: SigmaVerdict) {
    rules += 1
    switch verdict {
    case .compiled: compiled += 1
    case .refused(let refusal): refusals.append(refusal)
    }
  }

  /// Per cent, 0 without rules.
  private var share: Double { rules == 0 ? 0 : 100 * Double(compiled) / Double(rules) }

  func report(all: Bool) -> Report {
    let counts = refusals.reduce(into: [Group: Int]()) {
      $0[Group(reason: $1.reason, subject: $1.subject), default: 0] += 1
    }
    let groups = counts.sorted {
      ($1.value, $0.key.reason.rawValue, $0.key.subject) < ($0.value, $1.key.reason.rawValue, $1.key.subject)
    }
    var table = Table(["REFUSED FOR", "WHAT", "RULES"], empty: "")
    for group in groups { table.add([group.key.reason.rawValue, group.key.subject, "\(group.value)"]) }
    let tenths = Int((10 * share).rounded())
    var text = "\(compiled) of \(rules) rules work (\(tenths / 10).\(tenths % 10) %)\n"
    if !groups.isEmpty { text += "\n" + table.rendered }
    if all, !refusals.isEmpty { text += "\n" + refusals.map { "\($0.problem)\n" }.joined() }
    return Report(
      text: text,
      json: .fields([
        "rules": .integer(Int64(rules)), "compiled": .integer(Int64(compiled)), "share": .number(share / 100),
        "refused": .list(
          groups.map { group in
            .fields([
              "reason": .text(group.key.reason.rawValue), "subject": .optional(group.key.subject),
              "rules": .integer(Int64(group.value)),
            ])
          }),
        "refusals": .list(all ? refusals.map(Self.json) : []),
      ]))
  }

  private static func json(_ refusal: SigmaRefusal) -> JSONValue {
    .fields([
      "file": .text(refusal.problem.file), "line": .integer(Int64(refusal.problem.line)),
      "column": .integer(Int64(refusal.problem.column)), "reason": .text(refusal.reason.rawValue),
      "message": .text(refusal.problem.message),
    ])
  }
}
