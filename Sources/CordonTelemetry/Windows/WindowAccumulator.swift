import CordonCore
import CordonLearning

/// One entity's window while it is open: counts, maxima and sketches, in the schema's order.
package struct WindowAccumulator: Sendable {
  package private(set) var observations: UInt32 = 0
  /// Acts that together make a burst; enough of them close the window early.
  package private(set) var burst = 0
  private(set) var part: UInt32
  private var features: [Float]
  private var sketches: [HyperLogLog?]
  private var lag: Int64 = 0

  init(featureCount: Int, part: UInt32 = 0) {
    features = [Float](repeating: 0, count: featureCount)
    sketches = [HyperLogLog?](repeating: nil, count: featureCount)
    self.part = part
  }

  /// Adds to a feature whose merge rule is `sum`.
  package mutating func add(_ amount: Float = 1, at position: Int) { features[position] += amount }

  /// Raises a feature whose merge rule is `max`.
  package mutating func raise(to value: Float, at position: Int) { features[position] = max(features[position], value) }

  /// Counts a hash in a feature whose merge rule is `union`.
  package mutating func count(_ hash: UInt64, at position: Int) {
    if sketches[position] == nil { sketches[position] = HyperLogLog() }
    sketches[position]?.insert(hash)
  }

  /// Marks an act as part of a burst.
  package mutating func countBurst() { burst += 1 }

  mutating func countObservation(lag milliseconds: Int64) {
    observations &+= 1
    lag = max(lag, milliseconds)
  }

  /// Begins the next part of the same window.
  mutating func beginNextPart() { self = WindowAccumulator(featureCount: features.count, part: part + 1) }

  /// The finished window, or part of one.
  func window(
    of entity: EntityRef, schema: FeatureSchema, start: Int64, length: Int64, late: UInt32
  ) -> EntityWindow {
    var window = EntityWindow(
      entity: entity, schema: schema.id, start: Timestamp(milliseconds: start), length: UInt32(clamping: length),
      observations: observations, features: features, lag: UInt32(clamping: lag), late: late, part: part)
    for (position, feature) in schema.features.enumerated() {
      guard let sketch = sketches[position], !sketch.isEmpty else { continue }
      window.features[position] = Float(sketch.estimate)
      window.sketches.append(.init(feature: feature.id, registers: sketch.encoded))
    }
    return window
  }
}
