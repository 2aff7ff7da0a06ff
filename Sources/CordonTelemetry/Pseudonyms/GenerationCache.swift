/// A bounded cache of two generations: what was not asked for since the last turn is forgotten.
///
/// When the young generation holds `limit` entries it becomes the old one, and what the old one still held goes; an old
/// entry that is asked for is young again. At most 2 × `limit` entries; constant time a call.
package struct GenerationCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private let limit: Int
  private var young: [Key: Value] = [:]
  private var old: [Key: Value] = [:]

  package init(limit: Int) {
    precondition(limit > 0)
    self.limit = limit
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
        young.removeValue(forKey: key)
        return
      }
      insert(newValue, for: key)
    }
  }

  package mutating func removeAll() {
    young.removeAll()
    old.removeAll()
  }

  private mutating func insert(_ value: Value, for key: Key) {
    if young[key] == nil, young.count >= limit {
      old = young
      young = [:]
    }
    young[key] = value
  }
}
