import CordonCore

/// A piece of a rule's YAML that knows its file and how it is reached, so that every refusal has its place.
struct SigmaNode {
  let node: YAMLNode
  let file: String
  /// Such as `detection.selection`.
  let path: String

  init(_ node: YAMLNode, file: String, path: String = "") {
    self.node = node
    self.file = file
    self.path = path
  }

  var described: String { node.described }

  /// The value of a key; nil where this is no mapping or has none.
  subscript(key: String) -> SigmaNode? {
    guard case .mapping(let pairs) = node.value, let pair = pairs.first(where: { $0.key == key }) else { return nil }
    return below(pair.value, key)
  }

  /// A scalar's text; nil for anything else.
  var text: String? {
    if case .scalar(let text, _) = node.value { return text }
    return nil
  }

  /// Something that stands within this.
  func below(_ node: YAMLNode, _ name: String) -> SigmaNode {
    SigmaNode(node, file: file, path: path.isEmpty ? YAMLNode.short(name) : "\(path).\(YAMLNode.short(name))")
  }

  /// A key of this mapping, as the place of a refusal.
  func key(_ pair: YAMLNode.Pair) -> SigmaNode {
    below(YAMLNode(value: .absent, line: pair.keyLine, column: pair.keyColumn), pair.key)
  }

  func refusal(_ reason: SigmaRefusal.Reason, _ message: String, subject: String = "") -> SigmaRefusal {
    SigmaRefusal(
      reason: reason, subject: YAMLNode.short(subject),
      problem: PolicyProblem(file: file, line: node.line, column: node.column, path: path, message: message))
  }
}
