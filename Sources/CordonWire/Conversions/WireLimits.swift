import CordonCore
import FoundationEssentials

/// Bounds of what a peer may put into a message; anything past one is refused, never cut.
package enum WireLimits {
  /// UTF-8 bytes of a short name: rule, code, unit, label.
  package static let name = 128
  /// UTF-8 bytes of a sentence for people.
  package static let sentence = 1024
  /// Bytes of a file system path.
  package static let path = 4096
  /// Bytes of a sealed name: encapsulated key, tag and the longest name.
  package static let sealedName = 4096 + 64
  package static let entities = 16
  package static let evidence = 64
  /// Bytes of one HyperLogLog sketch.
  package static let sketch = 4096 + 16
  /// Milliseconds of the longest window: a day.
  package static let windowLength: UInt32 = 86_400_000
  /// Times are within 1970 and 2262, so that arithmetic on them cannot overflow.
  package static let latestTime: Int64 = 9_223_372_036_854
  /// Entries of any list in a policy.
  package static let policyEntries = 1024
}

/// Refuses what is out of bounds, naming the field.
enum Bounded {
  static func text(_ text: String, _ field: String, most: Int = WireLimits.name) throws(CordonError) -> String {
    guard text.utf8.count <= most else {
      throw CordonError(.invalid, "oversized", "\(field) is longer than \(most) bytes.")
    }
    return text
  }

  static func bytes(_ data: Data, _ field: String, most: Int) throws(CordonError) -> [UInt8] {
    guard data.count <= most else {
      throw CordonError(.invalid, "oversized", "\(field) is longer than \(most) bytes.")
    }
    return [UInt8](data)
  }

  static func list<Element>(_ list: [Element], _ field: String, most: Int) throws(CordonError) -> [Element] {
    guard list.count <= most else {
      throw CordonError(.invalid, "oversized", "\(field) has more than \(most) entries.")
    }
    return list
  }

  static func time(_ milliseconds: Int64, _ field: String) throws(CordonError) -> Timestamp {
    guard (0...WireLimits.latestTime).contains(milliseconds) else {
      throw CordonError(.invalid, "out-of-range", "\(field) is not a time between 1970 and 2262.")
    }
    return Timestamp(milliseconds: milliseconds)
  }

  static func duration(_ milliseconds: Int64, _ field: String) throws(CordonError) -> Duration {
    guard (0...WireLimits.latestTime).contains(milliseconds) else {
      throw CordonError(.invalid, "out-of-range", "\(field) is not a duration.")
    }
    return .milliseconds(milliseconds)
  }

  static func id(_ data: Data, _ field: String) throws(CordonError) -> UniqueID {
    guard let id = UniqueID(bytes: data) else {
      throw CordonError(.invalid, "malformed", "\(field) is not 16 bytes.")
    }
    return id
  }

  static func optionalID(_ data: Data, _ field: String) throws(CordonError) -> UniqueID? {
    data.isEmpty ? nil : try id(data, field)
  }

  /// A SHA-256.
  static func digest(_ data: Data, _ field: String) throws(CordonError) -> [UInt8] {
    guard data.count == 32 else { throw CordonError(.invalid, "malformed", "\(field) is not 32 bytes.") }
    return [UInt8](data)
  }

  static func optionalDigest(_ data: Data, _ field: String) throws(CordonError) -> [UInt8] {
    data.isEmpty ? [] : try digest(data, field)
  }

  static func finite(_ value: Double, _ field: String) throws(CordonError) -> Double {
    guard value.isFinite else { throw CordonError(.invalid, "not-finite", "\(field) is not a finite number.") }
    return value
  }

  /// What a domain initialiser made; nil is its refusal.
  static func made<Value>(_ value: Value?, _ what: String) throws(CordonError) -> Value {
    guard let value else {
      throw CordonError(
        .invalid, "malformed", "The \(what) of a model has a part that is missing, out of range or not finite.")
    }
    return value
  }

  static func unknown(_ number: Int, _ field: String) -> CordonError {
    CordonError(.invalid, "unknown-value", "\(field) has a value that this version does not know (\(number)).")
  }

  /// A known case of a domain enum from the wire's number.
  static func known<Known: RawRepresentable>(
    _ number: Int, as type: Known.Type, _ field: String
  ) throws(CordonError) -> Known where Known.RawValue == UInt8 {
    guard let raw = UInt8(exactly: number), let known = Known(rawValue: raw) else {
      throw unknown(number, field)
    }
    return known
  }
}
