import CordonCore
import Foundation

/// Feature values as packed little-endian 32-bit floats.
enum PackedFloats {
  static func encode(_ values: [Float]) -> Data {
    values.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) }
  }

  static func decode(_ data: Data) throws(CordonError) -> [Float] {
    guard data.count.isMultiple(of: 4) else { throw StoreFailure.badRow("windows", "features") }
    return data.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 4).map { start in
        Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self)))
      }
    }
  }
}

/// Sketches as (feature, length, registers) one after the other, numbers little-endian 32-bit.
enum PackedSketches {
  static func encode(_ sketches: [EntityWindow.DistinctSketch]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(sketches.reduce(0) { $0 + 8 + $1.registers.count })
    for sketch in sketches {
      for number in [sketch.feature, UInt32(clamping: sketch.registers.count)] {
        for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: number >> UInt32(8 * byte))) }
      }
      bytes.append(contentsOf: sketch.registers)
    }
    return bytes
  }

  static func decode(_ bytes: [UInt8]) throws(CordonError) -> [EntityWindow.DistinctSketch] {
    var sketches: [EntityWindow.DistinctSketch] = []
    var at = 0
    while at < bytes.count {
      guard bytes.count - at >= 8 else { throw StoreFailure.badRow("windows", "sketches") }
      let feature = number(bytes, at: at)
      let length = Int(number(bytes, at: at + 4))
      at += 8
      guard bytes.count - at >= length else { throw StoreFailure.badRow("windows", "sketches") }
      sketches.append(EntityWindow.DistinctSketch(feature: feature, registers: Array(bytes[at..<at + length])))
      at += length
    }
    return sketches
  }

  private static func number(_ bytes: [UInt8], at start: Int) -> UInt32 {
    (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
  }
}

/// A model's scores: its 8 bytes, little-endian, then one packed float a scale.
enum PackedScores {
  static func encode(_ scores: WindowScores) -> Data {
    withUnsafeBytes(of: scores.model.littleEndian) { Data($0) } + PackedFloats.encode(scores.values)
  }

  /// Nil for a window that was not scored.
  static func decode(_ data: Data?) throws(CordonError) -> WindowScores? {
    guard let data else { return nil }
    guard data.count >= 8 else { throw StoreFailure.badRow("windows", "scores") }
    let model = data.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    return WindowScores(model: model, values: try PackedFloats.decode(data.dropFirst(8)))
  }
}
