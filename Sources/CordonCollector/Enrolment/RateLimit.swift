package import CordonCore

/// How often something may happen: a bucket of tokens that refills steadily.
package struct RateLimit: Sendable {
  private let burst: Double
  private let perSecond: Double
  private var level: Double
  private var refilledAt: Timestamp?

  /// - Parameters:
  ///   - burst: how many may happen at once.
  ///   - perSecond: how many a second in the long run.
  package init(burst: Int, perSecond: Double) {
    self.burst = Double(burst)
    self.perSecond = perSecond
    self.level = Double(burst)
  }

  /// Takes one; false where none is left. A clock that goes back refills nothing.
  package mutating func take(at now: Timestamp) -> Bool {
    if let last = refilledAt {
      let seconds = Double(max(0, now.since(last).milliseconds)) / 1000
      level = min(burst, level + seconds * perSecond)
    }
    refilledAt = max(now, refilledAt ?? now)
    guard level >= 1 else { return false }
    level -= 1
    return true
  }
}
