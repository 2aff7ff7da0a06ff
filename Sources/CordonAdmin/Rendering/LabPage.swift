import CordonLearning

/// What lab commands found.
enum LabPage {
  static func evaluation(_ found: LabEvaluation) -> Report {
    var sheet = FactSheet()
    sheet.add("model", found.model)
    sheet.add("rows", "\(found.rows)")
    sheet.add("features", "\(found.features)")
    sheet.add("AUROC", share(found.ranks.auroc))
    sheet.add("average precision", share(found.ranks.averagePrecision))
    sheet.add("precision at k", share(found.ranks.precisionAtBad))
    sheet.add("F1", share(found.decisions.f1))
    sheet.add("macro-F1", share(found.decisions.macroF1))
    sheet.add("false alarm rate", share(found.decisions.falseAlarmRate))
    sheet.add("training", seconds(found.trainSeconds))
    sheet.add("scoring", seconds(found.scoreSeconds))
    return Report(text: sheet.rendered + found.notes.map { Table.plain($0) + "\n" }.joined(), json: json(found))
  }

  static func comparison(_ found: [LabEvaluation]) -> Report {
    var table = Table(
      ["MODEL", "AUROC", "AVERAGE PRECISION", "MACRO-F1", "FALSE ALARMS", "TRAINING", "SCORING"], empty: "No models.")
    for result in found {
      table.add([
        result.model, share(result.ranks.auroc), share(result.ranks.averagePrecision), share(result.decisions.macroF1),
        share(result.decisions.falseAlarmRate), seconds(result.trainSeconds), seconds(result.scoreSeconds),
      ])
    }
    let notes = found.first?.notes ?? []
    return Report(
      text: table.rendered + notes.map { Table.plain($0) + "\n" }.joined(),
      json: .fields(["models": .list(found.map(json))]))
  }

  static func training(_ training: LabTraining, bytes: Int, out: String) -> Report {
    let sentence =
      "Trained \(training.recipe.rawValue) on \(training.rows) rows and \(training.features.count) features; "
      + "\(out) has \(bytes) bytes."
    return Report(
      text: sentence + "\n" + training.notes.map { Table.plain($0) + "\n" }.joined(),
      json: .fields([
        "model": .text(training.recipe.rawValue), "rows": .integer(Int64(training.rows)),
        "features": .list(training.features.map(JSONValue.text)), "threshold": .number(training.threshold),
        "train_seconds": .number(training.seconds), "bytes": .integer(Int64(bytes)), "out": .text(out),
        "notes": .list(training.notes.map(JSONValue.text)), "message": .text(sentence),
      ]))
  }

  private static func json(_ found: LabEvaluation) -> JSONValue {
    .fields([
      "auroc": .number(found.ranks.auroc), "average_precision": .number(found.ranks.averagePrecision),
      "macro_f1": .number(found.decisions.macroF1), "f1": .number(found.decisions.f1),
      "precision_at_k": .number(found.ranks.precisionAtBad),
      "false_alarm_rate": .number(found.decisions.falseAlarmRate), "train_seconds": .number(found.trainSeconds),
      "score_seconds": .number(found.scoreSeconds), "peak_rss_bytes": .unsigned(found.peakResidentBytes),
      "rows": .integer(Int64(found.rows)), "features": .integer(Int64(found.features)), "model": .text(found.model),
      "notes": .list(found.notes.map(JSONValue.text)),
    ])
  }

  /// Four digits after the point.
  private static func share(_ value: Double) -> String { decimal(value, digits: 4) }

  private static func seconds(_ value: Double) -> String { "\(decimal(value, digits: 3)) s" }

  private static func decimal(_ value: Double, digits: Int) -> String {
    let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
    let whole = Int64((value * scale).rounded())
    let (units, rest) = whole.quotientAndRemainder(dividingBy: Int64(scale))
    let fraction = "\(rest)"
    return "\(units).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
  }
}
