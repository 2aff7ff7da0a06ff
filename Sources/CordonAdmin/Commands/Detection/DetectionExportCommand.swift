import ArgumentParser
import CordonCore
import CordonWire
import GRPCCore

struct DetectionExportCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write the labelled set to a file: windows, verdicts and weak labels.",
    discussion: """
      The file is JSON Lines, one window that behaviour alerted at a line: its features by name, the analyst's label (null \
      where nobody has said), the votes of rules of thumb (a tripwire beside it, part of a population, its p, verdicts on \
      its incident) and weak_label, the probability of being bad by these votes alone. `ask` numbers the windows whose \
      verdicts would teach most: uncertain, and unlike each other. Names are pseudonyms; the file is to be kept as \
      patients' data are.

      Examples:
        cordon detection export labelled.jsonl
        cordon detection export labelled.jsonl --since 90d
      """)

  @OptionGroup var common: CommonOptions
  @Option(help: "How far back.") var since = DurationArgument(.seconds(28 * 86_400))
  @Argument(help: "A new file, of mode 0600.", completion: .file()) var file: String

  func run(in session: AdminSession) async throws -> Report {
    var request = Cordon_V1_ExportLabelsRequest()
    request.sinceMs = session.now.advanced(by: .zero - since.duration).milliseconds
    let rows = try await session.client.exportLabels(request, options: .defaults) { response in
      var rows: [Cordon_V1_LabelledWindow] = []
      for try await row in response.messages { rows.append(row) }
      return rows
    }
    try await OutputFile.write(to: file) { output in
      for row in rows { try output.append(LabelledLine.json(try row.window.domain(), row).line + "\n") }
    }
    let labelled = rows.count { !$0.label.isEmpty }
    let questions = rows.filter { $0.ask > 0 }.sorted { $0.ask < $1.ask }.map { EntityText.shortID($0.detectionID) }
    return Report(
      "\(rows.count) windows are in \(file), \(labelled) of them labelled by analysts."
        + (questions.isEmpty ? "" : "\nVerdicts that would teach most, of: \(questions.joined(separator: ", "))"),
      [
        "file": .text(file), "windows": .integer(Int64(rows.count)), "labelled": .integer(Int64(labelled)),
        "ask": .list(questions.map { .text($0) }),
      ])
  }
}

/// A line of the labelled set.
enum LabelledLine {
  static func json(_ window: EntityWindow, _ row: Cordon_V1_LabelledWindow) -> JSONValue {
    let schema = FeatureSchema.withID(window.schema)
    let names = schema?.features.map(\.name) ?? window.features.indices.map { "\($0)" }
    return .fields([
      "detection": .text(EntityText.id(row.detectionID)), "rule": .text(row.rule),
      "schema": .text(schema?.name ?? "\(window.schema)"), "entity": .text(name(window.entity)),
      "start": .time(window.start.milliseconds), "length_ms": .integer(Int64(window.length)),
      "label": .optional(row.label), "weak_label": .number(row.weakLabel),
      "votes": .object(row.votes.map { JSONValue.Field(name: $0.rule, value: .text($0.bad ? "bad" : "good")) }),
      "p": row.hasP ? .number(row.p) : .null, "ask": row.ask > 0 ? .integer(Int64(row.ask)) : .null,
      "features": .object(
        zip(names, window.features).map { JSONValue.Field(name: $0, value: .number(Double($1))) }),
    ])
  }

  /// A label, or the whole pseudonym with its kind and epoch: lines of one entity can be told from others'.
  private static func name(_ entity: EntityRef) -> String {
    entity.label.isEmpty ? "\(entity.kind)-\(entity.keyEpoch)-\(Hex.encode(entity.pseudonym))" : entity.label
  }
}
