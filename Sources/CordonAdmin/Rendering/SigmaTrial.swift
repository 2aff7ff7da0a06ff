import CordonCore
import CordonPolicy
import CordonTelemetry

/// Rules tried on a file of events.
struct SigmaTrial {
  /// Matches that are shown; all are counted.
  static let mostShown = 100_000

  private struct Match {
    /// Row of the file, from 1, without the header.
    var event: Int
    var rule: Int
  }

  private let source: SigmaSource
  private var matcher: SigmaMatcher
  private var matches: [Match] = []
  private var matchCount = 0
  private var events = 0

  init(_ paths: [String], of source: SigmaSource, in environment: AdminEnvironment) throws(CordonError) {
    self.source = source
    let compiler = SigmaCompiler(checkExpression: SigmaFolder.files(from: "", in: environment).checkExpression)
    var rules: [SigmaRule] = []
    func take(_ verdict: SigmaVerdict) {
      if case .compiled(let rule) = verdict, rule.source == source { rules.append(rule) }
    }
    for path in paths {
      switch try SigmaFolder.read(path, in: environment) {
      case .file(let bytes): take(compiler.compile(bytes, file: path))
      case .folder(let files): for file in files { take(compiler.compile(file.bytes, file: file.path)) }
      }
    }
    matcher = try SigmaMatcher(rules)
  }

  mutating func run(events path: String) throws(CordonError) {
    var reader = try CSVReader(path: path)
    let fields = reader.header.map { name in source.fields.first { $0.name.lowercased() == name.lowercased() }?.field }
    var event = SigmaEvent()
    var matched: [Int] = []
    while try reader.next() {
      events += 1
      event.clear()
      for (column, field) in fields.enumerated() {
        if let field { event.set(field, reader.string(column).utf8) }
      }
      matched.removeAll(keepingCapacity: true)
      matcher.match(event, of: source, into: &matched)
      matchCount += matched.count
      for rule in matched where matches.count < Self.mostShown { matches.append(Match(event: events, rule: rule)) }
    }
  }

  var report: Report {
    var table = Table(["EVENT", "LEVEL", "RULE", "TITLE"], empty: "")
    for match in matches {
      let rule = matcher.rules[match.rule]
      table.add(["\(match.event)", rule.severity.sigmaLevel, rule.id, rule.title])
    }
    let summary = "\(events) events, \(matcher.rules.count) rules, \(matchCount) matches\n"
    return Report(
      text: table.rendered + summary,
      json: .fields([
        "events": .integer(Int64(events)), "rules": .integer(Int64(matcher.rules.count)),
        "match_count": .integer(Int64(matchCount)),
        "matches": .list(
          matches.map { match in
            .fields(["event": .integer(Int64(match.event)), "rule": .text(matcher.rules[match.rule].id)])
          }),
      ]))
  }
}
