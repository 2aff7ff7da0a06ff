/// A uniform sample of rows, of bounded size, that merges: what models are trained from.
///
/// Each row draws a random priority, and the rows with the least are kept (bottom-k sampling: Cohen & Kaplan, "Summarizing
/// data using bottom-k sketches", 2007). The rows of two reservoirs with the least priorities are a uniform sample of both
/// streams without replacement, so training costs the same for a hundred agents and for a million. Reservoirs that will be
/// merged need seeds of their own. Memory: capacity × (row + 8 bytes), twice while it gathers; cost: constant on average.
package struct UniformReservoir: Sendable {
  package let capacity: Int
  package let columns: Int
  /// Rows that were offered.
  package private(set) var offered: UInt64 = 0
  private var randomness: ModelRandomness
  private var priorities: [UInt64] = []
  private var values: [Float] = []
  private var greatest = UInt64.max

  /// Keeps at most `capacity` rows of `columns` values.
  package init(capacity: Int, columns: Int, seed: UInt64) {
    precondition(capacity > 0 && columns > 0, "a reservoir holds rows")
    self.capacity = capacity
    self.columns = columns
    randomness = ModelRandomness(seed: seed)
  }

  package var rows: Int { min(priorities.count, capacity) }

  /// Offers a row of `columns` values.
  package mutating func insert(_ row: [Float]) {
    precondition(row.count == columns, "a row has one value a column")
    offered += 1
    keep(priority: randomness.next(), row[...])
  }

  /// Becomes a uniform sample of both streams; both have the same capacity and columns.
  package mutating func merge(_ other: UniformReservoir) {
    precondition(other.capacity == capacity && other.columns == columns, "reservoirs of one shape are merged")
    offered += other.offered
    for (index, priority) in other.priorities.enumerated() {
      keep(priority: priority, other.values[index * columns..<(index + 1) * columns])
    }
  }

  /// The sample, by priority: the same rows in the same order, whichever way they were merged.
  package var sample: FeatureMatrix {
    var matrix = FeatureMatrix(columns: columns)
    for index in order.prefix(capacity) { matrix.append(values[index * columns..<(index + 1) * columns]) }
    return matrix
  }

  private var order: [Int] { priorities.indices.sorted { priorities[$0] < priorities[$1] } }

  private mutating func keep(priority: UInt64, _ row: ArraySlice<Float>) {
    guard priority <= greatest else { return }
    priorities.append(priority)
    values.append(contentsOf: row)
    guard priorities.count >= 2 * capacity else { return }
    let kept = order.prefix(capacity)
    values = kept.flatMap { values[$0 * columns..<($0 + 1) * columns] }
    priorities = kept.map { priorities[$0] }
    greatest = priorities[capacity - 1]
  }
}
