package import CordonCore
import FoundationEssentials
import SwiftProtobuf

/// A graph that was read and is sound: one input of rows, operations in an order in which they can be done.
package struct ONNXGraph: Sendable {
  struct Output: Sendable {
    var name: String
    /// Declared as whole numbers, text or truth values: a class, never a score.
    var isLabel: Bool
  }

  let nodes: [ONNXNode]
  let constants: [String: ONNXTensor]
  /// Name of the rows.
  let input: String
  package let columns: Int
  let outputs: [Output]

  /// From hostile bytes.
  ///
  /// Refuses what is oversized (`onnx-oversized`), contradictory or cyclic (`onnx-malformed`), and what the format has
  /// and Cordon does not take: functions, sparse constants, data outside the file (`onnx-unsupported`).
  package init(bytes: [UInt8]) throws(CordonError) {
    guard bytes.count <= ONNXLimits.fileBytes else {
      throw ONNXRefusal.oversized("\(bytes.count) bytes instead of at most \(ONNXLimits.fileBytes)")
    }
    let model = try Self.decoded(bytes)
    guard model.hasGraph else { throw ONNXRefusal.malformed("it holds no graph") }
    guard model.functions.isEmpty else { throw ONNXRefusal.unsupported("functions of its own") }
    let graph = model.graph
    guard graph.sparseInitializer.isEmpty else { throw ONNXRefusal.unsupported("sparse constants") }
    guard graph.node.count <= ONNXLimits.nodes else {
      throw ONNXRefusal.oversized("\(graph.node.count) operations instead of at most \(ONNXLimits.nodes)")
    }
    constants = try Self.constants(graph)
    (input, columns) = try Self.rows(graph, constants: constants)
    nodes = try Self.nodes(graph, defined: Set(constants.keys).union([input]))
    outputs = graph.output.map { Output(name: $0.name, isLabel: Self.isLabel($0.type)) }
    let made = Set(nodes.flatMap(\.outputs))
    guard !outputs.isEmpty, outputs.allSatisfy({ made.contains($0.name) }) else {
      throw ONNXRefusal.malformed("an output of the graph is not made by any operation")
    }
  }

  private static func decoded(_ bytes: [UInt8]) throws(CordonError) -> Onnx_ModelProto {
    var options = BinaryDecodingOptions()
    options.messageDepthLimit = 10
    options.discardUnknownFields = true
    do {
      return try Onnx_ModelProto(serializedBytes: bytes, options: options)
    } catch {
      throw ONNXRefusal.malformed("it is not an ONNX model, or was cut short")
    }
  }

  private static func constants(_ graph: Onnx_GraphProto) throws(CordonError) -> [String: ONNXTensor] {
    var constants: [String: ONNXTensor] = [:]
    for tensor in graph.initializer {
      guard constants.updateValue(try ONNXTensor(tensor), forKey: tensor.name) == nil else {
        throw ONNXRefusal.malformed("the constant \(ONNXRefusal.quoted(tensor.name)) is there twice")
      }
    }
    return constants
  }

  /// The one input that is not a constant: rows of a known width.
  private static func rows(
    _ graph: Onnx_GraphProto, constants: [String: ONNXTensor]
  ) throws(CordonError) -> (name: String, columns: Int) {
    let inputs = graph.input.filter { constants[$0.name] == nil }
    guard inputs.count == 1 else {
      throw ONNXRefusal.unsupported(
        "\(inputs.count) inputs", remedy: "Export it with one input of shape [rows, columns] and type float.")
    }
    let tensor = inputs[0].type.tensorType
    guard [.float, .double].contains(Onnx_TensorProto.DataType(rawValue: Int(tensor.elemType))),
      tensor.shape.dim.count == 2, (1...Int64(ONNXLimits.columns)).contains(tensor.shape.dim[1].dimValue)
    else {
      throw ONNXRefusal.unsupported(
        "an input that is not rows of 1 to \(ONNXLimits.columns) floats",
        remedy: "Export it with one input of shape [rows, columns] and type float.")
    }
    return (inputs[0].name, Int(tensor.shape.dim[1].dimValue))
  }

  /// Every name is made once, before it is used; so there is no cycle.
  private static func nodes(
    _ graph: Onnx_GraphProto, defined: Set<String>
  ) throws(CordonError) -> [ONNXNode] {
    var defined = defined
    var nodes: [ONNXNode] = []
    for message in graph.node {
      let node = try ONNXNode(message)
      if let early = node.inputs.first(where: { !$0.isEmpty && !defined.contains($0) }) {
        throw ONNXRefusal.malformed(
          "an operator \(node.operation) uses \(ONNXRefusal.quoted(early)) before it is made; the graph is cyclic or out of order"
        )
      }
      for output in node.outputs where !output.isEmpty {
        guard defined.insert(output).inserted else {
          throw ONNXRefusal.malformed("\(ONNXRefusal.quoted(output)) is made twice")
        }
      }
      nodes.append(node)
    }
    return nodes
  }

  private static func isLabel(_ type: Onnx_TypeProto) -> Bool {
    guard case .tensorType(let tensor)? = type.value else { return false }
    switch Onnx_TensorProto.DataType(rawValue: Int(tensor.elemType)) {
    case .int32, .int64, .string, .bool: return true
    default: return false
    }
  }
}
