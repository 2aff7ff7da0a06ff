package import CordonCore

/// Whether a measured number lies within what the same device has measured of the same thing before.
///
/// A range is the least and the greatest of the last 256 to 512 values, widened by half its width or by a tenth of its
/// greatest magnitude, whichever is more: a pump that always ran at 5 has a range too. It speaks from its 32nd value on. A
/// value outside is not learnt, unless so many come in a row that the usual has changed: what a device is set to moves, and
/// one odd value must not widen its range. Bounded: `limit` ranges in each of two generations, the least used go first.
package struct ResultRanges: Sendable {
  package static let limit = 4096
  /// Values before a range speaks.
  package static let learning: UInt16 = 32
  /// Values outside in a row after which the range moves.
  package static let patience: UInt16 = 8

  private struct Key: Hashable, Sendable {
    var device: UInt64
    var code: UInt64
  }

  /// The values of one generation.
  private struct Generation: Sendable {
    static let capacity: UInt16 = 256

    var least = Double.infinity
    var greatest = -Double.infinity
    var count: UInt16 = 0

    mutating func add(_ value: Double) {
      least = min(least, value)
      greatest = max(greatest, value)
      count += 1
    }
  }

  private struct Usual: Sendable {
    var young = Generation()
    var old = Generation()
    var outside: UInt16 = 0

    func contains(_ value: Double) -> Bool {
      guard young.count + old.count >= ResultRanges.learning else { return true }
      let (least, greatest) = (min(young.least, old.least), max(young.greatest, old.greatest))
      let margin = max((greatest - least) / 2, max(abs(least), abs(greatest)) / 10)
      return value >= least - margin && value <= greatest + margin
    }

    mutating func learn(_ value: Double) {
      young.add(value)
      if young.count == Generation.capacity { (old, young) = (young, Generation()) }
    }
  }

  private var ranges = GenerationCache<Key, Usual>(limit: limit)

  package init() {}

  /// Ranges held, of both generations.
  package var count: Int { ranges.count }

  /// Judges a value, then learns it: false while the range still learns.
  package mutating func isOutside(_ result: HL7Result, of device: UInt64) -> Bool {
    guard result.value.isFinite else { return true }
    let key = Key(device: device, code: result.code)
    var range = ranges[key] ?? Usual()
    defer { ranges[key] = range }
    if range.contains(result.value) {
      range.outside = 0
      range.learn(result.value)
      return false
    }
    range.outside += 1
    if range.outside >= Self.patience {
      range = Usual()
      range.learn(result.value)
    }
    return true
  }
}
