import CordonCore

/// How a feature's positive values are spread, in at most `capacity` centroids.
///
/// Streaming histogram (Ben-Haim & Tom-Tov, "A streaming parallel decision tree algorithm", 2010): a value becomes a
/// centroid, and past the capacity the two nearest become one, so that it fits any range by itself and few distinct
/// values, as counts have, are kept exactly. Past `horizon` values all weights are halved, so that what is older fades: the memory is between one and
/// two horizons. Merging adds. Cost of an insertion: the capacity; memory: 8 bytes a centroid.
package struct ValueHistogram: Hashable, Sendable {
  /// A value and how many were merged into it.
  package struct Centroid: Hashable, Sendable {
    package var value: Float
    package var weight: UInt16
  }

  /// Values after which weights are halved; small enough that a sum of weights fits its 16 bits.
  package static let horizon = 32_768

  /// Most centroids.
  package let capacity: Int
  /// By value, ascending; no two are equal.
  package private(set) var centroids: [Centroid] = []
  /// Sum of the weights.
  package private(set) var total = 0

  /// A histogram of 2 to 255 centroids.
  package init(capacity: Int) {
    precondition((2...255).contains(capacity), "a histogram has 2 to 255 centroids")
    self.capacity = capacity
  }

  /// Counts a finite value.
  package mutating func insert(_ value: Float) {
    add(Centroid(value: value, weight: 1))
    if total > Self.horizon { halve() }
  }

  /// Counts what another one counted.
  package mutating func merge(_ other: ValueHistogram) {
    for centroid in other.centroids {
      // Two full histograms would not fit the weights' 16 bits.
      if total + Int(centroid.weight) > 2 * Self.horizon - 1 { halve() }
      add(centroid)
    }
    if total > Self.horizon { halve() }
  }

  private mutating func add(_ centroid: Centroid) {
    total += Int(centroid.weight)
    let position = centroids.firstIndex { $0.value >= centroid.value } ?? centroids.count
    if position < centroids.count, centroids[position].value == centroid.value {
      centroids[position].weight += centroid.weight
      return
    }
    centroids.insert(centroid, at: position)
    if centroids.count > capacity { joinNearest() }
  }

  private mutating func joinNearest() {
    var nearest = 0
    for index in 1..<centroids.count - 1
    where centroids[index + 1].value - centroids[index].value < centroids[nearest + 1].value - centroids[nearest].value
    {
      nearest = index
    }
    let (left, right) = (centroids[nearest], centroids[nearest + 1])
    let weight = left.weight + right.weight
    let share = Float(right.weight) / Float(weight)
    centroids[nearest] = Centroid(value: left.value + (right.value - left.value) * share, weight: weight)
    centroids.remove(at: nearest + 1)
  }

  /// Halves every weight, rounding down what has one left only, so that a lone old outlier is forgotten.
  private mutating func halve() {
    for index in centroids.indices { centroids[index].weight /= 2 }
    centroids.removeAll { $0.weight == 0 }
    total = centroids.reduce(0) { $0 + Int($1.weight) }
  }
}

extension ValueHistogram {
  /// Share of the values above a value, half of those equal to it; between centroids by the paper's trapezoids.
  ///
  /// 0 beyond the greatest, 1 below the least, ½ where nothing was counted.
  package func shareAbove(_ value: Float) -> Double {
    guard total > 0 else { return 0.5 }
    var below = 0.0
    var index = 0
    while index < centroids.count, centroids[index].value < value {
      below += Double(centroids[index].weight)
      index += 1
    }
    let all = Double(total)
    guard index < centroids.count else { return 0 }
    let right = centroids[index]
    if right.value == value { return (all - below - Double(right.weight) / 2) / all }
    guard index > 0 else { return 1 }
    let left = centroids[index - 1]
    let position = Double((value - left.value) / (right.value - left.value))
    let weight = Double(left.weight)
    let height = weight + (Double(right.weight) - weight) * position
    let before = below - weight / 2 + (weight + height) / 2 * position
    return min(max((all - before) / all, 0), 1)
  }

  /// The value that a share of all lies under; nil where nothing was counted.
  package func quantile(_ share: Double) -> Float? {
    guard let first = centroids.first, let last = centroids.last else { return nil }
    var target = share * Double(total) - Double(first.weight) / 2
    guard target > 0 else { return first.value }
    for (left, right) in zip(centroids, centroids.dropFirst()) {
      let between = (Double(left.weight) + Double(right.weight)) / 2
      if target <= between { return left.value + (right.value - left.value) * Float(target / between) }
      target -= between
    }
    return last.value
  }
}

extension ValueHistogram {
  func encode(to writer: inout StateWriter) {
    writer.put(UInt8(centroids.count))
    for centroid in centroids {
      writer.put(centroid.value)
      writer.put(centroid.weight)
    }
  }

  init(capacity: Int, from reader: inout StateReader) throws(CordonError) {
    self.init(capacity: capacity)
    let count = Int(try reader.integer(UInt8.self))
    guard count <= capacity else { throw StateReader.malformed }
    for _ in 0..<count {
      let centroid = Centroid(value: try reader.float(), weight: try reader.integer())
      guard centroid.weight > 0, centroids.last.map({ $0.value < centroid.value }) ?? true else {
        throw StateReader.malformed
      }
      centroids.append(centroid)
      total += Int(centroid.weight)
    }
    guard total <= Self.horizon else { throw StateReader.malformed }
  }
}
