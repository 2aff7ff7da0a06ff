import CordonCore

/// A constant of a graph: numbers with a shape.
struct ONNXTensor: Hashable, Sendable {
  var dimensions: [Int]
  /// Row-major; integers are exact up to 2^53.
  var values: [Double]

  /// The number of a constant that holds exactly one.
  var scalar: Double? { values.count == 1 ? values[0] : nil }

  /// The numbers as whole ones; nil where one is not.
  var integers: [Int]? {
    var whole: [Int] = []
    for value in values {
      guard let integer = Int(exactly: value) else { return nil }
      whole.append(integer)
    }
    return whole
  }

  /// One number a column, where the shape broadcasts to one row of that width (`[]`, `[1]`, `[w]`, `[1, w]`).
  func broadcast(toWidth width: Int) -> [Double]? {
    guard dimensions.dropLast().allSatisfy({ $0 == 1 }) else { return nil }
    if values.count == 1 { return [Double](repeating: values[0], count: width) }
    return values.count == width ? values : nil
  }
}

extension ONNXTensor {
  /// From the file's bytes: refuses external data, types that hold no plain numbers, shapes that overflow or do not
  /// fit the data, and numbers that are not finite.
  init(_ message: Onnx_TensorProto) throws(CordonError) {
    let name = ONNXRefusal.quoted(message.name)
    guard message.externalData.isEmpty, message.dataLocation == 0 else {
      throw ONNXRefusal.unsupported(
        "data outside the file (constant \(name))", remedy: "Save the model in one file, with its weights inside.")
    }
    guard message.dims.count <= ONNXLimits.rank else {
      throw ONNXRefusal.oversized("constant \(name) has more than \(ONNXLimits.rank) dimensions")
    }
    var count = 1
    for dimension in message.dims {
      guard (0...Int64(ONNXLimits.elements)).contains(dimension), count * Int(dimension) <= ONNXLimits.elements else {
        throw ONNXRefusal.oversized("constant \(name) has more than \(ONNXLimits.elements) numbers")
      }
      count *= Int(dimension)
    }
    dimensions = message.dims.map { Int($0) }
    values = try Self.values(message, name)
    guard values.count == count else {
      throw ONNXRefusal.malformed("constant \(name) holds \(values.count) numbers instead of \(count)")
    }
    guard values.allSatisfy(\.isFinite) else {
      throw ONNXRefusal.unsupported("a number that is not finite (constant \(name))")
    }
  }

  private static func values(_ message: Onnx_TensorProto, _ name: String) throws(CordonError) -> [Double] {
    let raw = [UInt8](message.rawData)
    switch Onnx_TensorProto.DataType(rawValue: Int(message.dataType)) {
    case .float:
      guard !raw.isEmpty else { return message.floatData.map { Double($0) } }
      return try words(raw, of: UInt32.self, name).map { Double(Float(bitPattern: $0)) }
    case .double:
      guard !raw.isEmpty else { return message.doubleData }
      return try words(raw, of: UInt64.self, name).map { Double(bitPattern: $0) }
    case .int64:
      guard !raw.isEmpty else { return message.int64Data.map { Double($0) } }
      return try words(raw, of: UInt64.self, name).map { Double(Int64(bitPattern: $0)) }
    case .int32:
      guard !raw.isEmpty else { return message.int32Data.map { Double($0) } }
      return try words(raw, of: UInt32.self, name).map { Double(Int32(bitPattern: $0)) }
    case .bool:
      return raw.isEmpty ? message.int32Data.map { Double($0) } : raw.map { Double($0) }
    default:
      throw ONNXRefusal.unsupported("a constant of data type \(message.dataType) (constant \(name))")
    }
  }

  /// Little-endian words.
  private static func words<Word: FixedWidthInteger & UnsignedInteger>(
    _ bytes: [UInt8], of type: Word.Type, _ name: String
  ) throws(CordonError) -> [Word] {
    let size = Word.bitWidth / 8
    guard bytes.count.isMultiple(of: size) else {
      throw ONNXRefusal.malformed("constant \(name) ends within a number")
    }
    return stride(from: 0, to: bytes.count, by: size).map { start in
      (0..<size).reduce(Word(0)) { $0 | Word(bytes[start + $1]) << Word(8 * $1) }
    }
  }
}
