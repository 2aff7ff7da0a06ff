/// How far a number passes the strangest that it has been: the heart of `StreamDetector`.
///
/// A number's distance from its running mean, in running standard deviations, over the greatest such distance so far. In a
/// stream that does not change, records become rare as ln n does, whatever its distribution, so that one bound suits all
/// series (Arnold, Balakrishnan, Nagaraja: "Records", 1998). The greatest distance fades slowly, and grows by at most
/// `growthLimit` at a time, so that one anomaly does not hide the next. Memory: 40 bytes; cost: a square root.
struct RecordStatistic: Hashable, Sendable {
  /// Values before anything is said.
  static let warmUp = 100
  /// Values that mean and deviation remember.
  static let memory = 8000.0
  /// Values after which a record has faded to half.
  static let halfLife = 20_000.0
  /// Least distance that counts as a record, and the greatest that is told apart, in standard deviations.
  static let leastRecord = 3.5
  static let distanceLimit = 10.0
  static let growthLimit = 1.2
  static let fading = exponential(-0.693_147_180_559_945_3 / halfLife)

  private var seen = 0
  private var weight = 0.0
  private var mean = 0.0
  private var variance = 0.0
  private var record = 0.0

  /// Takes in a finite number; by what share it passes the record, negative below it, nil while warming up.
  mutating func excess(of value: Double) -> Double? {
    defer { learn(value) }
    guard seen >= Self.warmUp else { return nil }
    let distance = min(Self.distanceLimit, distance(of: value))
    let bound = max(record, Self.leastRecord)
    record = max(record * Self.fading, min(distance, Self.growthLimit * bound))
    return distance / bound - 1
  }

  private func distance(of value: Double) -> Double {
    let deviation = variance.squareRoot()
    // A series that never moved: any move is as far as can be.
    guard deviation > 1e-9 * abs(mean) + 1e-12 else { return abs(value - mean) > 1e-9 ? .infinity : 0 }
    return abs(value - mean) / deviation
  }

  private mutating func learn(_ value: Double) {
    seen += 1
    weight = min(weight + 1, Self.memory)
    let difference = value - mean
    mean += difference / weight
    variance += (difference * (value - mean) - variance) / weight
  }
}
