/// A sample of rows, laid out so that distances to sixteen of them are measured at once.
///
/// A block holds one feature of sixteen rows after the other; the last block is filled up with rows that are infinitely
/// far. Sums of squares are Floats, added up in two stages so that an error grows with the root of the columns at most.
/// Memory: 4 bytes a value.
struct NeighbourBlocks: Hashable, Sendable {
  typealias Lanes = SIMD16<Float>

  /// Magnitudes whose squares, over any model's columns, are finite Floats.
  static let limit = 1e15
  /// Features whose squares are added up before their sum is added to the others'.
  private static let stage = 32

  private let columns: Int
  /// Block-major, then by feature.
  private let values: [Lanes]

  var byteCount: Int { values.count * MemoryLayout<Lanes>.size }

  /// Lays out a row-major sample; nil where a magnitude is past the limit.
  init?(_ sample: [Float], columns: Int) {
    guard sample.allSatisfy({ Double($0.magnitude) <= Self.limit }) else { return nil }
    self.columns = columns
    let rows = sample.count / columns
    var values: [Lanes] = []
    values.reserveCapacity((rows + Lanes.scalarCount - 1) / Lanes.scalarCount * columns)
    for first in stride(from: 0, to: rows, by: Lanes.scalarCount) {
      for feature in 0..<columns {
        var lanes = Lanes(repeating: .infinity)
        for lane in 0..<min(Lanes.scalarCount, rows - first) {
          lanes[lane] = sample[(first + lane) * columns + feature]
        }
        values.append(lanes)
      }
    }
    self.values = values
  }

  /// Sum of the distances from a row to its nearest, of whom there are at least `count`.
  func sumOfNearest(_ row: [Float], count: Int) -> Double {
    precondition(row.count == columns, "a row has one value a feature")
    let blocks = values.count / columns
    return withUnsafeTemporaryAllocation(of: Lanes.self, capacity: blocks) { squares in
      // Buffers, because every access would be checked: each index is below the counts above.
      row.withUnsafeBufferPointer { row in
        values.withUnsafeBufferPointer { values in
          for block in 0..<blocks { squares[block] = square(row, values, from: block * columns) }
        }
      }
      let bound = Self.bound(UnsafeBufferPointer(squares), count: count)
      return UnsafeRawBufferPointer(squares).withMemoryRebound(to: Float.self) {
        Self.sumOfRoots($0, count: count, bound: bound)
      }
    }
  }

  /// Squares of the distances from a row to one block's rows.
  @inline(__always) private func square(
    _ row: UnsafeBufferPointer<Float>, _ values: UnsafeBufferPointer<Lanes>, from base: Int
  ) -> Lanes {
    var sum = Lanes(repeating: 0)
    var feature = 0
    while feature < columns {
      var part = Lanes(repeating: 0)
      let end = min(feature + Self.stage, columns)
      while feature < end {
        let difference = Lanes(repeating: row[feature]) - values[base + feature]
        part += difference * difference
        feature += 1
      }
      sum += part
    }
    return sum
  }

  /// Sum of the roots of the `count` least of some numbers, none of them negative; `bound` is theirs.
  private static func sumOfRoots(_ squares: UnsafeBufferPointer<Float>, count: Int, bound: Float) -> Double {
    var sum = 0.0
    var below = 0
    for square in squares where square < bound {
      sum += Double(square.squareRoot())
      below += 1
    }
    // Of those that equal the bound, as many as are still missing.
    return sum + Double(count - below) * Double(bound.squareRoot())
  }

  /// A number that at least `count` of the squares do not pass, and fewer than `count`, or just as many, are below.
  ///
  /// Bisection on the bits, which ascend as numbers that are not negative do: at most 31 passes.
  private static func bound(_ squares: UnsafeBufferPointer<Lanes>, count: Int) -> Float {
    var low: Int32 = -1
    var high = Int32(bitPattern: Float.infinity.bitPattern)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      let above = SIMD16<Int32>(repeating: middle + 1)
      var counts = SIMD16<Int32>(repeating: 0)
      for lanes in squares {
        // The sign of the difference is −1 for what does not pass the middle: comparisons are not turned into vectors.
        counts &-= (unsafeBitCast(lanes, to: SIMD16<Int32>.self) &- above) &>> 31
      }
      let within = Int(counts.wrappedSum())
      if within >= count { high = middle } else { low = middle }
      if within == count { break }
    }
    return Float(bitPattern: UInt32(bitPattern: high))
  }
}
