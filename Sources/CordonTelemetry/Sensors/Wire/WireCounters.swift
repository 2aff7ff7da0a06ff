/// What became of frames, flows and streams since the parser was made.
package struct WireCounters: Hashable, Sendable {
  package var frames: UInt64 = 0
  /// Bytes on the wire.
  package var bytes: UInt64 = 0
  /// Of a link that is not read.
  package var unreadLink: UInt64 = 0
  /// No IP in them.
  package var foreign: UInt64 = 0
  package var fragments: UInt64 = 0
  package var malformed: UInt64 = 0
  package var flows: UInt64 = 0
  /// Flows that gave way to others before they were over.
  package var evicted: UInt64 = 0
  package var streams: UInt64 = 0
  /// Connections that were not read because too many others were.
  package var unread: UInt64 = 0
  /// Times that the frames' clock went back further than packets overtake each other.
  package var clockSteps: UInt64 = 0

  package init() {}
}
