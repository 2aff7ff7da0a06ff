/// Where a program reads wall-clock time; tests hand in their own.
package protocol WallClock: Sendable {
  /// Wall-clock time now.
  var now: Timestamp { get }
}
