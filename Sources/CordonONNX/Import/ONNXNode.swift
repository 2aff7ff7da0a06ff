import CordonCore

/// One operation of a graph, with its attributes by name.
struct ONNXNode: Sendable {
  static let machineLearningDomain = "ai.onnx.ml"

  /// As ONNX names it; operators of other domains than ONNX's own are prefixed with theirs.
  let operation: String
  let inputs: [String]
  let outputs: [String]
  private let attributes: [String: Onnx_AttributeProto]

  /// What an error calls it.
  var label: String { operation }

  /// Refuses graphs within the node and attributes given twice.
  init(_ message: Onnx_NodeProto) throws(CordonError) {
    let isOwn = ["", "ai.onnx", Self.machineLearningDomain].contains(message.domain)
    let name = isOwn ? message.opType : "\(message.domain).\(message.opType)"
    operation = String(ONNXRefusal.quoted(name).dropFirst().dropLast())
    inputs = message.input
    outputs = message.output
    var attributes: [String: Onnx_AttributeProto] = [:]
    for attribute in message.attribute {
      guard attribute.g.isEmpty, attribute.graphs.isEmpty, attribute.type != .graph, attribute.type != .graphs else {
        throw CordonError(
          .invalid, "onnx-operator",
          "Cordon does not import the operator \(operation): it holds a graph within the graph.")
      }
      guard attributes.updateValue(attribute, forKey: attribute.name) == nil else {
        throw ONNXRefusal.malformed(
          "an operator \(operation) has two attributes \(ONNXRefusal.quoted(attribute.name))")
      }
    }
    self.attributes = attributes
  }

  /// Refuses attributes that are not named: what is not understood may change what the operator does.
  func allowAttributes(_ known: Set<String>) throws(CordonError) {
    if let other = attributes.keys.sorted().first(where: { !known.contains($0) }) {
      throw ONNXRefusal.refused(self, "its attribute \(ONNXRefusal.quoted(other)) is not known")
    }
  }

  func float(_ name: String, default value: Double) -> Double { attributes[name].map { Double($0.f) } ?? value }

  func integer(_ name: String, default value: Int) -> Int { attributes[name].map { Int($0.i) } ?? value }

  func text(_ name: String, default value: String) -> String {
    attributes[name].map { String(decoding: $0.s, as: UTF8.self) } ?? value
  }

  /// Empty where the attribute is absent.
  func floats(_ name: String) -> [Double] { attributes[name].map { $0.floats.map { Double($0) } } ?? [] }

  /// Empty where the attribute is absent.
  func integers(_ name: String) -> [Int] { attributes[name].map { $0.ints.map { Int($0) } } ?? [] }

  /// Empty where the attribute is absent.
  func texts(_ name: String) -> [String] {
    attributes[name].map { $0.strings.map { String(decoding: $0, as: UTF8.self) } } ?? []
  }

  /// How many strings a list attribute holds, without decoding them.
  func textCount(_ name: String) -> Int { attributes[name]?.strings.count ?? 0 }

  func tensor(_ name: String) throws(CordonError) -> ONNXTensor? {
    guard let attribute = attributes[name] else { return nil }
    return try ONNXTensor(attribute.t)
  }

  /// A list of numbers given as floats, or as a tensor of doubles under the same name with `_as_tensor`.
  func numbers(_ name: String) throws(CordonError) -> [Double] {
    try tensor(name + "_as_tensor")?.values ?? floats(name)
  }
}
