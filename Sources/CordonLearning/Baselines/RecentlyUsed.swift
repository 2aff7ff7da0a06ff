package import CordonCore

/// A value an entity, such as its `EntityScorer`, of the entities used last: the least recently used makes room.
///
/// A use or an eviction costs a dictionary access; what had to go is counted, never silent. The shell writes what it must
/// keep before it goes.
package struct RecentlyUsed<Value: Sendable>: Sendable {
  private struct Slot: Sendable {
    var key: EntityRef
    var value: Value
    var newer: Int
    var older: Int
  }

  private static var none: Int { -1 }

  /// Most entities.
  package let capacity: Int
  /// How many entities had to go.
  package private(set) var evicted: UInt64 = 0
  private var slots: [Slot] = []
  private var positions: [EntityRef: Int] = [:]
  private var newest = -1
  private var oldest = -1

  /// Holds at most `capacity` entities, at least 1.
  package init(capacity: Int) {
    precondition(capacity > 0, "a store holds at least one entity")
    self.capacity = capacity
  }

  package var count: Int { slots.count }

  /// Entities from the least to the most recently used.
  package var keys: [EntityRef] {
    var keys: [EntityRef] = []
    var at = oldest
    while at != Self.none {
      keys.append(slots[at].key)
      at = slots[at].newer
    }
    return keys
  }

  /// An entity's value, without using it; nil for an unknown one.
  package func peek(_ key: EntityRef) -> Value? { positions[key].map { slots[$0].value } }

  /// Uses an entity's value in place, made where it is not there; the least recently used one goes past the capacity.
  package mutating func use<Result>(
    _ key: EntityRef, or make: () -> Value, _ body: (inout Value) throws -> Result
  ) rethrows -> Result {
    let position = place(key, or: make)
    return try body(&slots[position].value)
  }

  private mutating func place(_ key: EntityRef, or make: () -> Value) -> Int {
    if let known = positions[key] {
      unlink(known)
      linkAsNewest(known)
      return known
    }
    let fresh = Slot(key: key, value: make(), newer: Self.none, older: Self.none)
    let position: Int
    if slots.count < capacity {
      position = slots.count
      slots.append(fresh)
    } else {
      position = oldest
      unlink(position)
      positions[slots[position].key] = nil
      slots[position] = fresh
      evicted += 1
    }
    positions[key] = position
    linkAsNewest(position)
    return position
  }

  private mutating func unlink(_ position: Int) {
    let (newer, older) = (slots[position].newer, slots[position].older)
    if newer == Self.none { newest = older } else { slots[newer].older = older }
    if older == Self.none { oldest = newer } else { slots[older].newer = newer }
  }

  private mutating func linkAsNewest(_ position: Int) {
    slots[position].newer = Self.none
    slots[position].older = newest
    if newest == Self.none { oldest = position } else { slots[newest].newer = position }
    newest = position
  }
}
