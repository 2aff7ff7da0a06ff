import ArgumentParser

/// How a command's result is printed.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
  case table, json
}

/// What a command found, in both forms.
package struct Report: Sendable {
  /// For people; ends with a line end unless empty.
  package var text: String
  package var json: JSONValue

  package init(text: String, json: JSONValue) {
    self.text = text
    self.json = json
  }

  /// A sentence, and the same as `{"message": …}` with further fields.
  package init(_ sentence: String, _ fields: KeyValuePairs<String, JSONValue> = [:]) {
    text = sentence + "\n"
    json = .object(
      fields.map { JSONValue.Field(name: $0.key, value: $0.value) } + [.init(name: "message", value: .text(sentence))])
  }

  func print(as format: OutputFormat, in environment: AdminEnvironment) {
    environment.write(format == .json ? json.rendered : text)
  }
}
