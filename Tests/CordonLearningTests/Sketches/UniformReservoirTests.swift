import CordonLearning
import CordonTestSupport
import Testing

@Suite struct UniformReservoirTests {
  @Test func `a small stream is kept whole`() {
    var reservoir = UniformReservoir(capacity: 10, columns: 2, seed: 1)
    for row in 0..<5 { reservoir.insert([Float(row), 0]) }
    #expect(Set((0..<5).map { reservoir.sample[$0, 0] }) == [0, 1, 2, 3, 4])
    #expect(reservoir.rows == 5 && reservoir.offered == 5)
  }

  @Test func `two of unequal streams merge to a uniform sample of both`() {
    // 100 rows of one and 900 of the other: a tenth of the merged sample is of the first, over many seeds.
    var first = 0
    for seed in UInt64(0)..<400 {
      var left = UniformReservoir(capacity: 50, columns: 1, seed: 2 * seed)
      var right = UniformReservoir(capacity: 50, columns: 1, seed: 2 * seed + 1)
      for row in 0..<100 { left.insert([Float(row)]) }
      for row in 100..<1000 { right.insert([Float(row)]) }
      left.merge(right)
      #expect(left.rows == 50 && left.offered == 1000)
      first += left.sample.values.count { $0 < 100 }
    }
    // 20,000 rows, 2,000 expected, standard deviation 42.
    #expect(abs(first - 2000) < 170, "\(first)")
  }

  @Test func `the order of merging changes nothing`() {
    func reservoir(_ seed: UInt64) -> UniformReservoir {
      var made = UniformReservoir(capacity: 20, columns: 1, seed: seed)
      for row in 0..<300 { made.insert([Float(row)]) }
      return made
    }
    var forward = reservoir(1)
    forward.merge(reservoir(2))
    forward.merge(reservoir(3))
    var backward = reservoir(3)
    backward.merge(reservoir(2))
    backward.merge(reservoir(1))
    #expect(forward.sample == backward.sample)
  }
}
