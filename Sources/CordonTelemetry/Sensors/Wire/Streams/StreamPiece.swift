/// What the assembly of a stream hands on: the next bytes, or that some are missing.
package enum StreamPiece: Hashable, Sendable {
  case bytes(ArraySlice<UInt8>)
  case gap(Int)
}

/// How much all streams together hold back, and what became of segments that did not come in order.
package struct AssemblyPool: Hashable, Sendable {
  /// Bytes that wait for earlier ones, of all streams.
  package static let limit = 16 << 20

  package internal(set) var held = 0
  /// Bytes that came again.
  package internal(set) var repeated: UInt64 = 0
  /// Bytes that came again while the first were still held: the first count.
  package internal(set) var overlapped: UInt64 = 0
  /// Bytes that the capture missed or cut off.
  package internal(set) var missed: UInt64 = 0
  /// Segments too far from what was expected to belong.
  package internal(set) var strays: UInt64 = 0

  package init() {}
}
