import CordonCore
import CordonLedger

/// What verification found.
enum LedgerPage {
  static func report(_ report: LedgerReport, file: String) -> Report {
    var text = report.problems.map { problem in
      "\(file)\(problem.line > 0 ? ":\(problem.line)" : ""): \(Table.plain(problem.message)) [\(problem.code)]\n"
    }.joined()
    if report.problemsInAll > UInt64(report.problems.count) {
      text += "… and \(report.problemsInAll - UInt64(report.problems.count)) more problems\n"
    }
    var sheet = FactSheet()
    sheet.add("verdict", report.isSound ? "sound" : "NOT SOUND: \(report.problemsInAll) problems")
    sheet.add("entries", "\(report.entries), \(report.vouched) vouched for by a signed checkpoint")
    if report.erased > 0 { sheet.add("erased", "\(report.erased) records; their proofs hold") }
    sheet.add("checkpoints", "\(report.checkpoints)")
    sheet.add("root", Hex.encode(report.root))
    sheet.add("key", report.key?.text ?? "none")
    if report.isKeyFromFile {
      sheet.add("caution", "the key is the file's own word; compare it with ledger.pub on the collector's host")
    }
    return Report(text: text + sheet.rendered, json: json(report))
  }

  private static func json(_ report: LedgerReport) -> JSONValue {
    .fields([
      "sound": .flag(report.isSound), "entries": .unsigned(report.entries), "vouched": .unsigned(report.vouched),
      "erased": .unsigned(report.erased), "checkpoints": .unsigned(report.checkpoints),
      "root": .text(Hex.encode(report.root)), "key": .optional(report.key?.text ?? ""),
      "key_from_file": .flag(report.isKeyFromFile), "problems_in_all": .unsigned(report.problemsInAll),
      "problems": .list(
        report.problems.map { problem in
          .fields([
            "code": .text(problem.code), "line": .integer(Int64(problem.line)), "message": .text(problem.message),
            "first_entry": problem.entries.map { .unsigned($0.lowerBound) } ?? .null,
            "end_entry": problem.entries.map { .unsigned($0.upperBound) } ?? .null,
          ])
        }),
    ])
  }
}
