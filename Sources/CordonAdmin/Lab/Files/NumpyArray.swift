import CordonCore

/// An array as NumPy's .npy files hold it.
///
/// NEP 1 (numpy.lib.format), versions 1 to 3: little-endian floats and integers and booleans, in C order or, for two
/// dimensions, in Fortran order. Objects and strings are refused: they would need Python.
struct NumpyArray {
  /// Most elements.
  static let elementLimit = 1 << 29

  let shape: [Int]
  /// In C order.
  let values: [Float]

  /// - Parameter name: what errors call the array.
  init(bytes: [UInt8], name: String) throws(CordonError) {
    let header = try Self.header(bytes, name)
    guard let code = Self.quoted(header.text, after: "'descr':"), let element = Element(code) else {
      throw Self.damaged(
        name, "its elements are \(Self.quoted(header.text, after: "'descr':") ?? "of an unknown kind")")
    }
    guard let shape = Self.shape(header.text) else { throw Self.damaged(name, "its shape cannot be read") }
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow, product <= Self.elementLimit else { throw Self.damaged(name, "it is too large") }
      count = product
    }
    guard bytes.count - header.end >= count * element.width else { throw Self.damaged(name, "it is cut off") }
    let isFortran = header.text.contains("'fortran_order': True")
    guard !isFortran || shape.count <= 2 else { throw Self.damaged(name, "it is in Fortran order") }
    var values = [Float](repeating: 0, count: count)
    let rows = isFortran && shape.count == 2 ? shape[0] : count
    let columns = isFortran && shape.count == 2 ? shape[1] : 1
    bytes.withUnsafeBytes { raw in
      for index in 0..<count {
        let place = rows == count ? index : (index % rows) * columns + index / rows
        values[place] = element.value(raw, at: header.end + index * element.width)
      }
    }
    self.shape = shape
    self.values = values
  }

  private enum Element: String {
    case float32 = "<f4"
    case float64 = "<f8"
    case int8 = "|i1"
    case int16 = "<i2"
    case int32 = "<i4"
    case int64 = "<i8"
    case uint8 = "|u1"
    case uint16 = "<u2"
    case uint32 = "<u4"
    case uint64 = "<u8"
    case flag = "|b1"

    init?(_ code: Substring) { self.init(rawValue: String(code)) }

    var width: Int {
      switch self {
      case .int8, .uint8, .flag: 1
      case .int16, .uint16: 2
      case .float32, .int32, .uint32: 4
      case .float64, .int64, .uint64: 8
      }
    }

    func value(_ raw: UnsafeRawBufferPointer, at offset: Int) -> Float {
      switch self {
      case .float32: Float(bitPattern: raw.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
      case .float64: Float(Double(bitPattern: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      case .int8: Float(raw.loadUnaligned(fromByteOffset: offset, as: Int8.self))
      case .int16: Float(raw.loadUnaligned(fromByteOffset: offset, as: Int16.self))
      case .int32: Float(raw.loadUnaligned(fromByteOffset: offset, as: Int32.self))
      case .int64: Float(raw.loadUnaligned(fromByteOffset: offset, as: Int64.self))
      case .uint8, .flag: Float(raw.loadUnaligned(fromByteOffset: offset, as: UInt8.self))
      case .uint16: Float(raw.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
      case .uint32: Float(raw.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
      case .uint64: Float(raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      }
    }
  }

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  private static func header(_ bytes: [UInt8], _ name: String) throws(CordonError) -> (text: Substring, end: Int) {
    guard bytes.count >= 12, Array(bytes[..<6]) == magic, (1...3).contains(bytes[6]) else {
      throw damaged(name, "it does not begin as an array of NumPy does")
    }
    let widthOfLength = bytes[6] == 1 ? 2 : 4
    let length = (0..<widthOfLength).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    let start = 8 + widthOfLength
    guard length <= 65_536, start + length <= bytes.count else { throw damaged(name, "its header is cut off") }
    return (Substring(decoding: bytes[start..<start + length], as: UTF8.self), start + length)
  }

  /// What stands in quotes after a key.
  private static func quoted(_ text: Substring, after key: String) -> Substring? {
    guard let rest = text.after(key), let open = rest.firstIndex(of: "'") else { return nil }
    let inner = rest[rest.index(after: open)...]
    return inner.firstIndex(of: "'").map { inner[..<$0] }
  }

  private static func shape(_ text: Substring) -> [Int]? {
    guard let rest = text.after("'shape':"), let open = rest.firstIndex(of: "("),
      let close = rest.firstIndex(of: ")"), open < close
    else { return nil }
    var lengths: [Int] = []
    for part in rest[rest.index(after: open)..<close].split(separator: ",") {
      let digits = part.filter { $0 != " " && $0 != "L" }
      guard let length = Int(digits), length >= 0 else { return digits.isEmpty ? lengths : nil }
      lengths.append(length)
    }
    return lengths
  }

  private static func damaged(_ name: String, _ what: String) -> CordonError {
    CordonError(
      .invalid, "npy", "\(name): \(what).",
      remedy: "Give arrays of little-endian numbers, as numpy.savez writes them without objects.")
  }
}

extension Substring {
  /// What follows the first occurrence of a text.
  fileprivate func after(_ text: String) -> Substring? {
    var rest = self
    while !rest.isEmpty {
      if rest.hasPrefix(text) { return rest.dropFirst(text.count) }
      rest = rest.dropFirst()
    }
    return nil
  }
}
