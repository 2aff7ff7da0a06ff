import CordonCore

/// Writes the journal's fields: little-endian, every variable part preceded by its length.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func put(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func put(_ value: Bool) { bytes.append(value ? 1 : 0) }

  mutating func put(_ value: [UInt8]) {
    put(UInt32(value.count))
    bytes += value
  }

  mutating func put(_ value: String) { put([UInt8](value.utf8)) }

  mutating func put(_ value: UniqueID) { bytes += value.bytes }

  mutating func put(_ value: Timestamp) { put(value.milliseconds) }

  mutating func put(_ value: Duration) { put(value.milliseconds) }

  mutating func put<Value>(_ value: Value?, _ write: (inout ByteWriter, Value) -> Void) {
    put(value != nil)
    if let value { write(&self, value) }
  }

  mutating func put<Value>(_ values: [Value], _ write: (inout ByteWriter, Value) -> Void) {
    put(UInt32(values.count))
    for value in values { write(&self, value) }
  }
}

/// Reads what `ByteWriter` wrote, from bytes that may be anything.
struct ByteReader {
  private let bytes: [UInt8]
  private var position = 0

  /// More elements in one list are not read.
  static let mostElements = 65_536

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  static let damaged = CordonError(.invalid, "journal-damaged", "A record of the journal cannot be read.")

  mutating func take(_ count: Int) throws(CordonError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= bytes.count - position else { throw Self.damaged }
    defer { position += count }
    return bytes[position..<position + count]
  }

  mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type = Integer.self) throws(CordonError) -> Integer
  {
    var value: Integer = 0
    for (index, byte) in try take(MemoryLayout<Integer>.size).enumerated() {
      value |= Integer(truncatingIfNeeded: byte) << Integer(index * 8)
    }
    return value
  }

  mutating func flag() throws(CordonError) -> Bool {
    switch try integer(UInt8.self) {
    case 0: return false
    case 1: return true
    default: throw Self.damaged
    }
  }

  mutating func data() throws(CordonError) -> [UInt8] {
    let count = try integer(UInt32.self)
    return Array(try take(Int(count)))
  }

  mutating func text() throws(CordonError) -> String {
    guard let text = String(validating: try data(), as: UTF8.self) else { throw Self.damaged }
    return text
  }

  mutating func id() throws(CordonError) -> UniqueID {
    guard let id = UniqueID(bytes: try take(UniqueID.length)) else { throw Self.damaged }
    return id
  }

  mutating func time() throws(CordonError) -> Timestamp { Timestamp(milliseconds: try integer()) }

  mutating func duration() throws(CordonError) -> Duration { .milliseconds(try integer(Int64.self)) }

  mutating func optional<Value>(
    _ read: (inout ByteReader) throws(CordonError) -> Value
  ) throws(CordonError) -> Value? {
    try flag() ? try read(&self) : nil
  }

  mutating func list<Value>(
    _ read: (inout ByteReader) throws(CordonError) -> Value
  ) throws(CordonError) -> [Value] {
    let count = try integer(UInt32.self)
    guard count <= Self.mostElements else { throw Self.damaged }
    var values: [Value] = []
    for _ in 0..<count { values.append(try read(&self)) }
    return values
  }

  mutating func choice<Value: RawRepresentable>(
    _ type: Value.Type = Value.self
  ) throws(CordonError) -> Value where Value.RawValue == UInt8 {
    guard let value = Value(rawValue: try integer()) else { throw Self.damaged }
    return value
  }
}
