import CordonTelemetry
import Testing

@Suite struct GenerationCacheTests {
  @Test func `what was not asked for is forgotten a generation later`() {
    var cache = GenerationCache<Int, Int>(limit: 2)
    for number in 1...2 { cache[number] = number }
    cache[3] = 3
    #expect(cache[1] == 1)
    cache[4] = 4
    #expect(cache.count <= 4 && cache[2] == nil)
    let kept = cache[1]
    #expect(kept == 1)
  }

  @Test func `a heavy generation turns before it is full`() {
    var cache = GenerationCache<Int, [Int]>(limit: 100, weightLimit: 10) { $1.count }
    for number in 0..<20 { cache[number] = [0, 0, 0, 0] }
    #expect(cache.count <= 4)
    #expect(cache.contents.values.reduce(0) { $0 + $1.count } <= 20)
    let newest = cache[19]
    #expect(newest != nil)
  }

  @Test func `an entry that grows weighs what it is now, and one that is removed nothing`() {
    var cache = GenerationCache<Int, [Int]>(limit: 100, weightLimit: 10) { $1.count }
    for length in 1...9 { cache[0] = [Int](repeating: 0, count: length) }
    #expect(cache.count == 1)
    cache[0] = nil
    cache[1] = [Int](repeating: 0, count: 10)
    #expect(cache.count == 1)
    cache[2] = [Int](repeating: 0, count: 30)
    #expect(cache.count == 2)
    let (old, heavy) = (cache[1]?.count, cache[2]?.count)
    #expect(old == 10 && heavy == 30)
  }
}
