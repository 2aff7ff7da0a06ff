import CordonONNX
import Foundation
import SwiftProtobuf

/// Makes small ONNX files by hand.
struct GraphMaker {
  var model = Onnx_ModelProto()

  /// A graph over rows of `columns` floats with one output, `score`.
  init(columns: Int64) {
    model.irVersion = 8
    var opset = Onnx_OperatorSetIdProto()
    opset.version = 18
    model.opsetImport = [opset]
    var input = Onnx_ValueInfoProto()
    input.name = "x"
    input.type.tensorType.elemType = 1
    var rows = Onnx_TensorShapeProto.Dimension()
    rows.dimParam = "n"
    var width = Onnx_TensorShapeProto.Dimension()
    width.dimValue = columns
    input.type.tensorType.shape.dim = [rows, width]
    model.graph.input = [input]
    var output = Onnx_ValueInfoProto()
    output.name = "score"
    output.type.tensorType.elemType = 1
    model.graph.output = [output]
  }

  @discardableResult
  mutating func node(
    _ operation: String, _ inputs: [String], _ output: String, _ attributes: [Onnx_AttributeProto] = []
  ) -> Int {
    var node = Onnx_NodeProto()
    node.opType = operation
    node.input = inputs
    node.output = operation.hasSuffix("Classifier") ? ["label", output] : [output]
    node.attribute = attributes
    if ["Scaler", "TreeEnsemble", "LabelEncoder", "LinearClassifier"].contains(where: operation.hasPrefix) {
      node.domain = "ai.onnx.ml"
    }
    model.graph.node.append(node)
    return model.graph.node.count - 1
  }

  mutating func constant(_ name: String, _ dimensions: [Int64], _ values: [Float]) {
    var tensor = Onnx_TensorProto()
    tensor.name = name
    tensor.dims = dimensions
    tensor.dataType = 1
    tensor.floatData = values
    model.graph.initializer.append(tensor)
  }

  mutating func whole(_ name: String, _ values: [Int64]) {
    var tensor = Onnx_TensorProto()
    tensor.name = name
    tensor.dims = [Int64(values.count)]
    tensor.dataType = 7
    tensor.int64Data = values
    model.graph.initializer.append(tensor)
  }

  func bytes() throws -> [UInt8] { try model.serializedBytes() }

  static func attribute(_ name: String, ints: [Int64]) -> Onnx_AttributeProto {
    var attribute = Onnx_AttributeProto()
    attribute.name = name
    attribute.type = .ints
    attribute.ints = ints
    return attribute
  }

  static func attribute(_ name: String, floats: [Float]) -> Onnx_AttributeProto {
    var attribute = Onnx_AttributeProto()
    attribute.name = name
    attribute.type = .floats
    attribute.floats = floats
    return attribute
  }

  static func attribute(_ name: String, strings: [String]) -> Onnx_AttributeProto {
    var attribute = Onnx_AttributeProto()
    attribute.name = name
    attribute.type = .strings
    attribute.strings = strings.map { Data($0.utf8) }
    return attribute
  }

  static func attribute(_ name: String, string: String) -> Onnx_AttributeProto {
    var attribute = Onnx_AttributeProto()
    attribute.name = name
    attribute.type = .string
    attribute.s = Data(string.utf8)
    return attribute
  }

  /// One split of column 0 and its two leaves, 10 where it is true and 20 where not.
  static func stump(mode: String = "BRANCH_LEQ", threshold: Float = 0.5, missing: Int64 = 0) -> [Onnx_AttributeProto] {
    [
      attribute("nodes_treeids", ints: [0, 0, 0]), attribute("nodes_nodeids", ints: [0, 1, 2]),
      attribute("nodes_featureids", ints: [0, 0, 0]), attribute("nodes_modes", strings: [mode, "LEAF", "LEAF"]),
      attribute("nodes_values", floats: [threshold, 0, 0]), attribute("nodes_truenodeids", ints: [1, 0, 0]),
      attribute("nodes_falsenodeids", ints: [2, 0, 0]),
      attribute("nodes_missing_value_tracks_true", ints: [missing, 0, 0]),
      attribute("target_treeids", ints: [0, 0]), attribute("target_nodeids", ints: [1, 2]),
      attribute("target_ids", ints: [0, 0]), attribute("target_weights", floats: [10, 20]),
    ]
  }
}
