package import CordonCore

/// What is usual for one entity: a hurdle a feature, in the context of the hour of the week.
///
/// Activity is sparse, so a value has two parts: whether it is above zero, and how great it is then. P(x > 0 | hour) is
/// the product of P(active | hour), one profile for all features, and P(x > 0 | active), one number a feature: 168 hours
/// times every feature would neither fit nor fill. The greatness is a decayed histogram of the positive values. Values are
/// transformed ones (`FeatureTransform`), so that a histogram's distances mean ratios.
///
/// Memory: `encoded` is under `encodedLimit` bytes for every schema; in memory about twice that. Cost of learning a
/// window: one histogram insertion a positive feature.
package struct EntityBaseline: Hashable, Sendable {
  /// What an agent keeps an entity, in bytes.
  package static let encodedLimit = 2000
  package static let featureLimit = 48
  /// A state with more windows than this is damaged: a window a second makes them in nine million years.
  private static let mostWindows: UInt64 = 1 << 48
  private static let version: UInt8 = 1

  /// A feature's hurdle: in how many active windows it was above zero, and how great then.
  struct Hurdle: Hashable, Sendable {
    var positives: UInt32 = 0
    var values: ValueHistogram
  }

  package private(set) var activity = ActivityProfile()
  /// Active windows that were learned, decayed with `positives`.
  package private(set) var activeWindows: UInt32 = 0
  /// All windows that were learned, empty ones among them; never decayed.
  package private(set) var windows: UInt64 = 0
  private(set) var hurdles: [Hurdle]

  package var featureCount: Int { hurdles.count }

  /// Knows nothing yet of 1 to `featureLimit` features.
  package init(featureCount: Int) {
    precondition((1...Self.featureLimit).contains(featureCount), "a baseline has 1 to 48 features")
    let values = ValueHistogram(capacity: Self.capacity(featureCount: featureCount))
    hurdles = [Hurdle](repeating: Hurdle(values: values), count: featureCount)
  }

  /// Centroids a feature: what fits the limit beside the profile (336 bytes) and the heads, at most 16.
  static func capacity(featureCount: Int) -> Int { min(16, (1600 / featureCount - 5) / 6) }

  /// Takes in a window in which something happened.
  ///
  /// - Parameter values: one finite transformed value a feature.
  package mutating func learn(_ values: [Float], at hour: HourOfWeek) {
    precondition(values.count == hurdles.count, "a window has one value a feature")
    windows += 1
    activity.count(1, isActive: true, at: hour)
    if activeWindows >= ValueHistogram.horizon * 2 { fade() }
    activeWindows += 1
    for (index, value) in values.enumerated() where value > 0 {
      hurdles[index].positives += 1
      hurdles[index].values.insert(value)
    }
  }

  /// Takes in windows of one hour in which nothing happened.
  package mutating func learnEmpty(_ many: Int, at hour: HourOfWeek) {
    guard many > 0 else { return }
    windows += UInt64(many)
    activity.count(many, isActive: false, at: hour)
  }

  private mutating func fade() {
    activeWindows /= 2
    for index in hurdles.indices { hurdles[index].positives /= 2 }
  }
}

extension EntityBaseline {
  /// The state as a shell keeps it: version, features, counts, profile, hurdles.
  package var encoded: [UInt8] {
    var writer = StateWriter()
    writer.put(Self.version)
    writer.put(UInt8(hurdles.count))
    writer.put(windows)
    writer.put(activeWindows)
    activity.encode(to: &writer)
    for hurdle in hurdles {
      writer.put(hurdle.positives)
      hurdle.values.encode(to: &writer)
    }
    return writer.bytes
  }

  /// Reads a state; throws `malformed-state` for anything that `encoded` would not have written.
  package init(encoded bytes: [UInt8]) throws(CordonError) {
    guard bytes.count <= Self.encodedLimit else { throw StateReader.malformed }
    var reader = StateReader(bytes)
    try reader.version(Self.version)
    let count = Int(try reader.integer(UInt8.self))
    guard (1...Self.featureLimit).contains(count) else { throw StateReader.malformed }
    self.init(featureCount: count)
    windows = try reader.integer()
    guard windows <= Self.mostWindows else { throw StateReader.malformed }
    activeWindows = try reader.integer()
    activity = try ActivityProfile(from: &reader)
    for index in 0..<count {
      hurdles[index].positives = try reader.integer()
      hurdles[index].values = try ValueHistogram(capacity: hurdles[index].values.capacity, from: &reader)
      guard hurdles[index].positives <= activeWindows else { throw StateReader.malformed }
    }
    try reader.end()
  }
}
