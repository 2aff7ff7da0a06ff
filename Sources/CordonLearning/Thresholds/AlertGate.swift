/// Lets one entity alert at most once a scale and day: what the calibration counted.
///
/// An alert whose scale never fell to its threshold since an earlier day's alert goes on with that episode, and says so, so
/// that an incident can take it in. Memory: 9 bytes a scale.
package struct AlertGate: Hashable, Sendable {
  package enum Decision: Hashable, Sendable {
    case silent
    /// The first of an episode.
    case alert
    /// A further day of an episode that was alerted already.
    case continuation
  }

  private var lastAlert: [Int32?]
  private var isOpen: [Bool]

  /// Gates so many scales.
  package init(scales: Int) {
    lastAlert = [Int32?](repeating: nil, count: scales)
    isOpen = [Bool](repeating: false, count: scales)
  }

  /// Decides for one window.
  ///
  /// - Parameters:
  ///   - score: of the scale, after the window; it alerts above the threshold, not at it.
  ///   - scale: position of the scale.
  ///   - day: of the site; an earlier day than the last alert's never alerts.
  package mutating func decide(_ score: Double, threshold: Double, scale: Int, day: Int32) -> Decision {
    guard score > threshold else {
      isOpen[scale] = false
      return .silent
    }
    let wasOpen = isOpen[scale]
    isOpen[scale] = true
    if let last = lastAlert[scale], day <= last { return .silent }
    lastAlert[scale] = day
    return wasOpen ? .continuation : .alert
  }
}

/// Most alerts that one lane raises a day; what is over is folded into one line, never lost.
///
/// Tripwires and behaviour have a cap each, so that neither can use up the other's.
package struct DailyCap: Hashable, Sendable {
  package let limit: Int
  private var day: Int32?
  private var raised = 0
  /// Alerts of the current day that were folded.
  package private(set) var folded = 0

  /// At least 1 a day.
  package init(limit: Int) {
    precondition(limit >= 1, "a cap lets at least one alert through")
    self.limit = limit
  }

  /// Whether an alert of a day is raised by itself; an alert of an earlier day counts toward the current one.
  package mutating func admits(day: Int32) -> Bool {
    if self.day.map({ day > $0 }) ?? true {
      self.day = day
      raised = 0
      folded = 0
    }
    guard raised < limit else {
      folded += 1
      return false
    }
    raised += 1
    return true
  }
}
