import FoundationEssentials

/// Puts an ONNX graph together; every operation gives the name of what it makes.
struct GraphWriter {
  /// The rows that every graph of ours reads.
  static let input = "x"
  /// One number a row: the score.
  static let output = "score"

  private(set) var graph = Onnx_GraphProto()
  private var nodes: [Onnx_NodeProto] = []
  private var constants: [Onnx_TensorProto] = []
  private var made = 0
  let columns: Int

  init(columns: Int) { self.columns = columns }

  /// A constant of Floats.
  mutating func constant(_ values: [Float], _ dimensions: [Int]) -> String {
    var tensor = Onnx_TensorProto()
    tensor.dataType = Int32(Onnx_TensorProto.DataType.float.rawValue)
    tensor.rawData = Data(
      values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } })
    return add(tensor, dimensions)
  }

  /// A constant that is one number.
  mutating func number(_ value: Double) -> String { constant([Float(value)], []) }

  /// One number a column, as a row.
  mutating func row(_ values: [Float]) -> String { constant(values, [1, values.count]) }

  /// A constant list of whole numbers.
  mutating func whole(_ values: [Int]) -> String {
    var tensor = Onnx_TensorProto()
    tensor.dataType = Int32(Onnx_TensorProto.DataType.int64.rawValue)
    tensor.int64Data = values.map { Int64($0) }
    return add(tensor, [values.count])
  }

  private mutating func add(_ tensor: Onnx_TensorProto, _ dimensions: [Int]) -> String {
    var tensor = tensor
    tensor.name = fresh()
    tensor.dims = dimensions.map { Int64($0) }
    constants.append(tensor)
    return tensor.name
  }

  /// An operation with one output.
  mutating func node(
    _ operation: String, _ inputs: [String], _ attributes: [Onnx_AttributeProto] = [], domain: String = ""
  ) -> String {
    nodes(operation, inputs, attributes, domain: domain, outputs: 1)[0]
  }

  /// An operation with several outputs.
  mutating func nodes(
    _ operation: String, _ inputs: [String], _ attributes: [Onnx_AttributeProto] = [], domain: String = "",
    outputs: Int
  ) -> [String] {
    var node = Onnx_NodeProto()
    node.opType = operation
    node.domain = domain
    node.input = inputs
    node.output = (0..<outputs).map { _ in fresh() }
    node.attribute = attributes
    nodes.append(node)
    return node.output
  }

  private mutating func fresh() -> String {
    made += 1
    return "v\(made)"
  }

  /// The model whose only output is the named value, one number a row.
  func model(score: String) -> Onnx_ModelProto {
    var model = Onnx_ModelProto()
    model.irVersion = 8
    model.producerName = "cordon"
    model.opsetImport = [Self.opset("", 18), Self.opset(ONNXNode.machineLearningDomain, 3)]
    model.graph = graph
    model.graph.name = "cordon"
    var last = Onnx_NodeProto()
    last.opType = "Identity"
    last.input = [score]
    last.output = [Self.output]
    model.graph.node = nodes + [last]
    model.graph.initializer = constants
    model.graph.input = [Self.value(Self.input, columns: columns)]
    model.graph.output = [Self.value(Self.output, columns: 1)]
    return model
  }

  private static func opset(_ domain: String, _ version: Int64) -> Onnx_OperatorSetIdProto {
    var opset = Onnx_OperatorSetIdProto()
    opset.domain = domain
    opset.version = version
    return opset
  }

  /// Any number of rows of so many Floats.
  private static func value(_ name: String, columns: Int) -> Onnx_ValueInfoProto {
    var rows = Onnx_TensorShapeProto.Dimension()
    rows.dimParam = "rows"
    var width = Onnx_TensorShapeProto.Dimension()
    width.dimValue = Int64(columns)
    var value = Onnx_ValueInfoProto()
    value.name = name
    value.type.tensorType.elemType = Int32(Onnx_TensorProto.DataType.float.rawValue)
    value.type.tensorType.shape.dim = [rows, width]
    return value
  }
}

extension Onnx_AttributeProto {
  static func integer(_ name: String, _ value: Int) -> Self {
    var attribute = Self()
    attribute.name = name
    attribute.type = .int
    attribute.i = Int64(value)
    return attribute
  }

  static func text(_ name: String, _ value: String) -> Self {
    var attribute = Self()
    attribute.name = name
    attribute.type = .string
    attribute.s = Data(value.utf8)
    return attribute
  }

  static func integers(_ name: String, _ values: [Int]) -> Self {
    var attribute = Self()
    attribute.name = name
    attribute.type = .ints
    attribute.ints = values.map { Int64($0) }
    return attribute
  }

  static func floats(_ name: String, _ values: [Float]) -> Self {
    var attribute = Self()
    attribute.name = name
    attribute.type = .floats
    attribute.floats = values
    return attribute
  }

  static func texts(_ name: String, _ values: [String]) -> Self {
    var attribute = Self()
    attribute.name = name
    attribute.type = .strings
    attribute.strings = values.map { Data($0.utf8) }
    return attribute
  }
}
