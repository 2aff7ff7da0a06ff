import CordonCore

/// All flows that are going on, found by their ends; bounded, the longest unused give way.
///
/// Slots in one array, a dictionary from key to slot. When full, a clock's hand goes round the slots and takes the first
/// flow that was not looked at since it came by last: constant time on average.
struct FlowTable: Sendable {
  static let limit = 32_768

  private let limit: Int
  /// Each flow at its place; changed through it in place, put in and taken out by the methods below alone.
  ///
  /// A subscript of this type would be nicer, and would allocate its coroutine's frame for each packet.
  var slots: [Flow?] = []
  private var free: [Int] = []
  private var places: [FlowKey: Int] = [:]
  private var hand = 0

  init(limit: Int = limit) { self.limit = limit }

  var count: Int { places.count }

  func place(of key: FlowKey) -> Int? { places[key] }

  /// Whether another flow needs `evict()` first.
  var isFull: Bool { places.count >= limit }

  /// Puts a new flow in; there must be room.
  mutating func insert(_ flow: Flow) -> Int {
    let place: Int
    if let reused = free.popLast() {
      place = reused
      slots[place] = flow
    } else {
      place = slots.count
      slots.append(flow)
    }
    places[flow.key] = place
    return place
  }

  mutating func remove(at place: Int) {
    guard let flow = slots[place] else { return }
    places[flow.key] = nil
    slots[place] = nil
    free.append(place)
  }

  /// Where the flow is that gives way next.
  mutating func evictable() -> Int? {
    for _ in 0..<(2 * slots.count) {
      hand = hand + 1 < slots.count ? hand + 1 : 0
      guard slots[hand] != nil else { continue }
      guard slots[hand]?.isRecent == true else { return hand }
      slots[hand]?.isRecent = false
    }
    return nil
  }
}
