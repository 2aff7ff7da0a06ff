package import CordonCore

/// What is usual for a peer group: what an entity's own baseline is shrunk to, and what a new entity is scored against.
///
/// For each hour of the week the active share, and for each hour and feature the share above zero and the mean of the
/// positive values; a finer histogram a feature over all hours. Merging adds, so that agents' parts make the fleet's.
/// Memory: 168 × (8 + 8 a feature) bytes and a histogram of 64 centroids a feature: 30 kB for 16 features.
package struct PeerBaseline: Hashable, Sendable {
  private static let version: UInt8 = 1
  static let centroids = 64
  /// No count of windows or sum of values is greater: so sums over hours stay finite.
  private static let countLimit: Float = 1e15
  /// Windows of an hour after which half of its difference in level is believed.
  static let shiftWeight: Float = 100

  package let featureCount: Int
  private(set) var windows = [Float](repeating: 0, count: HourOfWeek.count)
  private(set) var active = [Float](repeating: 0, count: HourOfWeek.count)
  /// Hour-major: windows in which a feature was above zero, and the sum of its values there.
  private(set) var positives: [Float]
  private(set) var sums: [Float]
  private(set) var values: [ValueHistogram]

  /// Knows nothing yet of 1 to `EntityBaseline.featureLimit` features.
  package init(featureCount: Int) {
    precondition((1...EntityBaseline.featureLimit).contains(featureCount), "a baseline has 1 to 48 features")
    self.featureCount = featureCount
    positives = [Float](repeating: 0, count: HourOfWeek.count * featureCount)
    sums = positives
    values = [ValueHistogram](repeating: ValueHistogram(capacity: Self.centroids), count: featureCount)
  }

  /// Takes in a member's window in which something happened; one finite transformed value a feature.
  package mutating func learn(_ window: [Float], at hour: HourOfWeek) {
    precondition(window.count == featureCount, "a window has one value a feature")
    windows[hour.index] += 1
    active[hour.index] += 1
    for (index, value) in window.enumerated() where value > 0 {
      positives[hour.index * featureCount + index] += 1
      sums[hour.index * featureCount + index] += value
      values[index].insert(value)
    }
  }

  /// Takes in members' windows of one hour in which nothing happened.
  package mutating func learnEmpty(_ many: Int, at hour: HourOfWeek) { windows[hour.index] += Float(max(many, 0)) }

  /// Becomes the baseline of both groups' members.
  package mutating func merge(_ other: PeerBaseline) {
    precondition(other.featureCount == featureCount, "baselines of one schema are merged")
    for index in windows.indices {
      windows[index] += other.windows[index]
      active[index] += other.active[index]
    }
    for index in positives.indices {
      positives[index] += other.positives[index]
      sums[index] += other.sums[index]
    }
    for index in values.indices { values[index].merge(other.values[index]) }
  }

  /// Members' windows in which something happened.
  package var activeWindows: Float { active.reduce(0, +) }

  /// Share of windows in an hour that hold anything; of all hours where the hour was not seen, ½ where none was.
  package func activeShare(at hour: HourOfWeek) -> Double {
    let seen = windows[hour.index]
    if seen > 0 { return Double(active[hour.index] / seen) }
    let all = windows.reduce(0, +)
    return all > 0 ? Double(active.reduce(0, +) / all) : 0.5
  }

  /// Share of active windows in which a feature is above zero, over all hours; ½ where none was seen.
  package func positiveShare(of feature: Int) -> Double {
    let all = active.reduce(0, +)
    guard all > 0 else { return 0.5 }
    return Double(stride(from: feature, to: positives.count, by: featureCount).reduce(0) { $0 + positives[$1] } / all)
  }

  /// How much greater a feature's positive values are in an hour than over all hours, in transformed units.
  ///
  /// Shrunk toward 0 by n / (n + `shiftWeight`) with n the windows that show it; 0 where none does.
  package func levelShift(of feature: Int, at hour: HourOfWeek) -> Float {
    let cell = hour.index * featureCount + feature
    guard positives[cell] > 0 else { return 0 }
    var all: Float = 0
    var sum: Float = 0
    for index in stride(from: feature, to: positives.count, by: featureCount) {
      all += positives[index]
      sum += sums[index]
    }
    return (sums[cell] / positives[cell] - sum / all) * positives[cell] / (positives[cell] + Self.shiftWeight)
  }
}

extension PeerBaseline {
  /// The state as it is kept or sent.
  package var encoded: [UInt8] {
    var writer = StateWriter()
    writer.put(Self.version)
    writer.put(UInt8(featureCount))
    for number in windows + active + positives + sums { writer.put(number) }
    for histogram in values { histogram.encode(to: &writer) }
    return writer.bytes
  }

  /// Reads a state; throws `malformed-state` for anything that `encoded` would not have written.
  package init(encoded bytes: [UInt8]) throws(CordonError) {
    var reader = StateReader(bytes)
    try reader.version(Self.version)
    let count = Int(try reader.integer(UInt8.self))
    guard (1...EntityBaseline.featureLimit).contains(count) else { throw StateReader.malformed }
    self.init(featureCount: count)
    for index in windows.indices { windows[index] = try Self.count(&reader) }
    for index in active.indices { active[index] = try Self.count(&reader) }
    for index in positives.indices { positives[index] = try Self.count(&reader) }
    for index in sums.indices { sums[index] = try Self.count(&reader) }
    guard zip(active, windows).allSatisfy({ $0 <= $1 }) else { throw StateReader.malformed }
    for index in values.indices { values[index] = try ValueHistogram(capacity: Self.centroids, from: &reader) }
    try reader.end()
  }

  private static func count(_ reader: inout StateReader) throws(CordonError) -> Float {
    let number = try reader.float()
    guard (0...countLimit).contains(number) else { throw StateReader.malformed }
    return number
  }
}
