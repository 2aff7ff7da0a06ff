import ArgumentParser
import CordonCore
import CordonPolicy

struct PolicySchemaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "List every field that a policy may have: type, default, range, meaning.",
    discussion: """
      Examples:
        cordon policy schema
        cordon policy schema --output json
      """)

  @OptionGroup var printing: PrintingOptions

  mutating func run() async throws {
    Self.report.print(as: printing.output, in: try AdminEnvironment.get())
  }

  static var report: Report {
    var table = Table(["FIELD", "TYPE", "DEFAULT", "ALLOWED", "MEANING"], empty: "")
    var rows: [JSONValue] = []
    func add(_ path: String, _ type: String, _ usual: String, _ range: String, _ meaning: String) {
      table.add([path, type, usual, range, meaning])
      rows.append(
        .fields([
          "field": .text(path), "type": .text(type), "default": .text(usual), "allowed": .text(range),
          "meaning": .text(meaning),
        ]))
    }
    for field in PolicySchema.fields {
      let usual = field.isRequired ? "required" : PolicyText.inline(field.read(.observeOnly))
      add(field.path, field.kind.typeName, usual, field.kind.range, field.meaning)
      guard case .hosts = field.kind else { continue }
      for host in PolicySchema.hostFields {
        let usual = host.isRequired ? "required" : "\"\""
        add("\(field.path)[].\(host.name)", host.form.typeName, usual, host.form.allowed, host.meaning)
      }
    }
    return Report(text: table.rendered, json: .list(rows))
  }
}
