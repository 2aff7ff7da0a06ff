package import CordonCore

extension EntityScorer {
  /// Windows of one hour in which nothing happened.
  package struct EmptyWindows: Hashable, Sendable {
    package var count: Int
    package var hour: HourOfWeek
  }

  /// The empty windows between the last one that was scored and this one.
  package func emptyWindows(before window: EntityWindow, offset: Int) -> [EmptyWindows] {
    Self.emptyWindows(from: follower.end, to: window, offset: offset)
  }

  /// The empty windows between a moment and a window, each in its hour; none for a gap longer than `gapLimit`.
  ///
  /// - Parameters:
  ///   - end: of the window before; nil where there was none.
  ///   - offset: seconds that the site's clock is ahead of UTC.
  package static func emptyWindows(from end: Timestamp?, to window: EntityWindow, offset: Int) -> [EmptyWindows] {
    guard let end, window.length > 0, window.start > end else { return [] }
    let missing = window.start.since(end).milliseconds / Int64(window.length)
    guard missing > 0, missing * Int64(window.length) / 3_600_000 <= gapLimit else { return [] }
    let perStep = max(1, 3_600_000 / Int64(window.length))
    return stride(from: 0, to: missing, by: Int(perStep)).map { counted in
      let start = end.advanced(by: .milliseconds(counted * Int64(window.length)))
      return EmptyWindows(count: Int(min(perStep, missing - counted)), hour: HourOfWeek(start, offset: offset))
    }
  }
}
