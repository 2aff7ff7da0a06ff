import ArgumentParser
import CordonCore
import CordonPolicy

struct PolicyLintCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint", abstract: "Check policies: every error at once, with line and field.",
    discussion: """
      Needs no collector and no home. Exit code 65 where any file has an error.

      Examples:
        cordon policy lint ward.yaml
        cordon policy lint policies/*.yaml --output json
      """)

  @OptionGroup var printing: PrintingOptions
  @Argument(help: "Files to check; - reads standard input.", completion: .file(extensions: ["yaml", "yml"]))
  var files: [String]

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    var problems: [PolicyProblem] = []
    for file in files { problems += try PolicyFile.report(file, in: environment).problems }
    let errors = problems.filter { $0.severity == .error }.count
    let warnings = problems.count - errors
    let summary = "\(files.count) \(files.count == 1 ? "file" : "files"), \(errors) errors, \(warnings) warnings\n"
    let report = Report(
      text: problems.map { "\($0)\n" }.joined() + summary,
      json: .fields([
        "files": .integer(Int64(files.count)), "errors": .integer(Int64(errors)),
        "warnings": .integer(Int64(warnings)), "problems": .list(problems.map(Self.json)),
      ]))
    report.print(as: printing.output, in: environment)
    if errors > 0 { throw ExitCode(65) }
  }

  private static func json(_ problem: PolicyProblem) -> JSONValue {
    .fields([
      "severity": .text(problem.severity.rawValue), "file": .text(problem.file), "line": .integer(Int64(problem.line)),
      "column": .integer(Int64(problem.column)), "path": .optional(problem.path), "message": .text(problem.message),
    ])
  }
}
