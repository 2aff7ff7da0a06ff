package import CordonCore

/// One entity's score, followed at several scales in event time.
///
/// Exponentially weighted means: a window of length l moves a scale of memory m by 1 − exp(−l / m) toward its score. A
/// time without windows is empty windows, whose score is 0. The longer scales follow the score up to `ceiling`, so that one
/// burst, which the shortest scale tells already, does not look like a long change. They start at 0: without evidence.
/// Memory: 8 bytes a scale and 8. Cost of a window: one exponential a scale, none for windows of the last one's length
/// that follow it at once.
package struct ScaleFollower: Hashable, Sendable {
  private static let version: UInt8 = 1

  /// What the longer scales see at most of one window, in nats.
  package static let ceiling = 12.0

  package let scales: [Scale]
  /// One mean a scale, in the scales' order.
  package private(set) var values: [Double]
  /// End of the last window; nil before the first.
  package private(set) var end: Timestamp?
  private var steps: [Double]
  private var stepLength: UInt32 = 0

  /// Follows at the given scales, each once.
  package init(scales: [Scale] = Scale.onAgent) {
    precondition(Set(scales).count == scales.count && !scales.isEmpty, "each scale is followed once")
    self.scales = scales
    values = [Double](repeating: 0, count: scales.count)
    steps = values
  }

  /// Takes in a window's finite score; then `values` hold the scores of this moment.
  ///
  /// - Parameter length: of the window, milliseconds.
  ///
  /// A window that starts before the last one's end, as late files bring, counts without a gap.
  package mutating func follow(_ score: Double, start: Timestamp, length: UInt32) {
    if let end, start > end { decay(over: start.since(end)) }
    if length != stepLength { setSteps(length: length) }
    let clipped = min(score, Self.ceiling)
    for index in scales.indices {
      values[index] = steps[index] == 1 ? score : values[index] + (clipped - values[index]) * steps[index]
    }
    let windowEnd = start.advanced(by: .milliseconds(Int64(length)))
    end = max(end ?? windowEnd, windowEnd)
  }

  /// The score at one scale; nil for one that is not followed.
  package subscript(scale: Scale) -> Double? { scales.firstIndex(of: scale).map { values[$0] } }

  private mutating func decay(over gap: Duration) {
    for (index, scale) in scales.enumerated() {
      guard let memory = scale.memory else { continue }
      values[index] *= exponential(-(gap / memory))
    }
  }

  private mutating func setSteps(length: UInt32) {
    stepLength = length
    for (index, scale) in scales.enumerated() {
      steps[index] = scale.memory.map { 1 - exponential(-(.milliseconds(Int64(length)) / $0)) } ?? 1
    }
  }
}

extension ScaleFollower {
  func encode(to writer: inout StateWriter) {
    writer.put(Self.version)
    writer.put(UInt8(scales.count))
    writer.put(end?.milliseconds ?? .min)
    for (scale, value) in zip(scales, values) {
      writer.put(scale.rawValue)
      writer.put(value)
    }
  }

  /// Restores what was followed; a scale that this version follows anew starts at 0, one that it no longer does is dropped.
  init(scales: [Scale], from reader: inout StateReader) throws(CordonError) {
    self.init(scales: scales)
    try reader.version(Self.version)
    let count = Int(try reader.integer(UInt8.self))
    let milliseconds = try reader.integer(Int64.self)
    end = milliseconds == .min ? nil : Timestamp(milliseconds: milliseconds)
    for _ in 0..<count {
      let raw = try reader.integer(UInt8.self)
      let value = try reader.double()
      if let index = scales.firstIndex(where: { $0.rawValue == raw }) { values[index] = value }
    }
  }
}
