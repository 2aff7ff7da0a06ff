/// Messages of one side that no acknowledgement has come for: the newest of them, by the hash of their control numbers.
struct AwaitedAnswers: Sendable {
  /// Messages on the way at once; one that is pushed out counts as never answered.
  static let limit = 64

  private var controls: [UInt64] = []

  /// Adds a message; true where an older one is given up for it.
  mutating func add(_ control: UInt64) -> Bool {
    let isFull = controls.count == Self.limit
    if isFull { controls.removeFirst() }
    controls.append(control)
    return isFull
  }

  /// Takes the message that an answer is about off the list; false where it is not on it.
  mutating func remove(_ control: UInt64) -> Bool {
    guard let index = controls.firstIndex(of: control) else { return false }
    controls.remove(at: index)
    return true
  }

  mutating func removeAll() -> Int {
    defer { controls.removeAll(keepingCapacity: true) }
    return controls.count
  }
}
