/// A bounded cache of two generations: what was not asked for since the last turn is forgotten.
///
/// When the young generation holds `limit` entries, or entries of `weightLimit` together, it becomes the old one, and what
/// the old one still held goes; an old entry that is asked for is young again. At most twice either; constant time a call.
package struct GenerationCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  /// What entries may weigh together, and what one does, such as its bytes.
  private struct Scales: Sendable {
    var limit: Int
    var weigh: @Sendable (Key, Value) -> Int
  }

  private let limit: Int
  private let scales: Scales?
  private var young: [Key: Value] = [:]
  private var old: [Key: Value] = [:]
  /// Of the young generation.
  private var weight = 0

  package init(limit: Int) {
    precondition(limit > 0)
    self.limit = limit
    scales = nil
  }

  /// - Parameter weigh: at least 1; an entry that alone is over the limit is held until the next one comes.
  package init(limit: Int, weightLimit: Int, weigh: @escaping @Sendable (Key, Value) -> Int) {
    precondition(limit > 0 && weightLimit > 0)
    self.limit = limit
    scales = Scales(limit: weightLimit, weigh: weigh)
  }

  package var count: Int { young.count + old.count }

  /// Everything that is held, both generations, in no order.
  package var contents: [Key: Value] { old.merging(young) { $1 } }

  package subscript(key: Key) -> Value? {
    mutating get {
      if let value = young[key] { return value }
      guard let value = old.removeValue(forKey: key) else { return nil }
      insert(value, for: key)
      return value
    }
    set {
      old.removeValue(forKey: key)
      guard let newValue else {
        if let value = young.removeValue(forKey: key) { weight -= scales?.weigh(key, value) ?? 0 }
        return
      }
      insert(newValue, for: key)
    }
  }

  package mutating func removeAll() {
    young.removeAll()
    old.removeAll()
    weight = 0
  }

  private mutating func insert(_ value: Value, for key: Key) {
    let added = scales?.weigh(key, value) ?? 0
    let replaced = scales.flatMap { scales in young[key].map { scales.weigh(key, $0) } } ?? 0
    let isTooHeavy = scales.map { weight - replaced + added > $0.limit } ?? false
    if isTooHeavy || (young.count >= limit && young[key] == nil) {
      young.removeValue(forKey: key)
      old = young
      young = [:]
      weight = added
    } else {
      weight += added - replaced
    }
    young[key] = value
  }
}
