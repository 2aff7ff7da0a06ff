package import CordonCore

/// A window that an entity has behind it, with what its baseline thought of it at that moment.
///
/// Surprises depend on no model, so another model can be tried on the past as it was, without learning it anew.
package struct PastWindow: Hashable, Sendable {
  private static let version: UInt8 = 1

  package var start: Timestamp
  /// Milliseconds.
  package var length: UInt32
  /// Raw, in the schema's order.
  package var features: [Float]
  /// One a feature, in nats.
  package var surprises: [Float]

  package init(start: Timestamp, length: UInt32, features: [Float], surprises: [Float]) {
    self.start = start
    self.length = length
    self.features = features
    self.surprises = surprises
  }

  /// What is kept beside start and length.
  package var encoded: [UInt8] {
    var writer = StateWriter()
    writer.put(Self.version)
    writer.put(UInt8(features.count))
    for number in features + surprises { writer.put(number) }
    return writer.bytes
  }

  /// Throws `malformed-state` for anything that `encoded` would not have written.
  package init(start: Timestamp, length: UInt32, encoded bytes: [UInt8]) throws(CordonError) {
    var reader = StateReader(bytes)
    try reader.version(Self.version)
    let count = Int(try reader.integer(UInt8.self))
    features = []
    surprises = []
    for _ in 0..<count { features.append(try reader.float()) }
    for _ in 0..<count { surprises.append(try reader.float()) }
    try reader.end()
    self.start = start
    self.length = length
  }
}
