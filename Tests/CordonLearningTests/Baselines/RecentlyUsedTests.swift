import CordonCore
import CordonLearning
import CordonTestSupport
import Testing

@Suite struct RecentlyUsedTests {
  @Test(arguments: UInt64(1)...10) func `it holds what a plain list of recent keys would`(seed: UInt64) {
    var randomness = SeededRandomness(seed: seed)
    let capacity = Int.random(in: 1...8, using: &randomness)
    var store = RecentlyUsed<Int>(capacity: capacity)
    var model: [(key: EntityRef, value: Int)] = []
    var evicted = 0
    for _ in 0..<500 {
      let key = EntityRef(kind: .host, label: "h\(Int.random(in: 0..<12, using: &randomness))")
      let value = store.use(key, or: { 0 }) { (value: inout Int) -> Int in
        value += 1
        return value
      }
      let old = model.firstIndex { $0.key == key }.map { model.remove(at: $0).value } ?? 0
      model.append((key, old + 1))
      if model.count > capacity {
        model.removeFirst()
        evicted += 1
      }
      #expect(value == old + 1)
      #expect(store.keys == model.map(\.key), "seed \(seed)")
      #expect(store.count == model.count && store.evicted == UInt64(evicted))
      #expect(store.peek(key) == old + 1)
    }
  }
}
