import Synchronization

/// Bytes that unfinished documents may hold together, whoever sends them: many senders must not fill the memory that one may
/// not.
final class DocumentRoom: Sendable {
  /// Two documents at their limit and some small ones.
  static let limit = 12 << 20

  private let held = Mutex(0)

  /// False, and nothing taken, where there is no room for so many more.
  func take(_ count: Int) -> Bool {
    held.withLock { held in
      guard held + count <= Self.limit else { return false }
      held += count
      return true
    }
  }

  func give(_ count: Int) { held.withLock { $0 -= count } }
}
