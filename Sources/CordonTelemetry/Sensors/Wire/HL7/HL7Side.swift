import CordonCore

/// What one end of a connection says: its frames, the message at hand, and which of its messages wait for an answer.
struct HL7Side: Sendable {
  var awaited = AwaitedAnswers()

  private var framer = MLLPFramer()
  private var assembler = HL7Assembler()
  /// Bytes of the frame before the message at hand: only a batch has any.
  private var earlierBytes = 0

  /// The next thing that the bytes from a position on come to; the position is moved behind it.
  mutating func next(in bytes: Span<UInt8>, at position: inout Int) -> HL7Assembler.Outcome? {
    while let piece = framer.next(in: bytes, at: &position) {
      switch piece {
      case .start:
        assembler.start()
        earlierBytes = 0
      case .segment(let range):
        if let earlier = take(bytes.extracting(range)) { return earlier }
      case .carriedSegment:
        let carried = framer.carried
        if let earlier = take(carried.span) { return earlier }
      case .end(let bytes): return assembler.end(bytes: bytes - earlierBytes)
      case .flaw(let flaw, let bytes): return .flaw(flaw, bytes: bytes)
      }
    }
    return nil
  }

  /// What the connection's end makes of what is unfinished.
  mutating func finish() -> HL7Assembler.Outcome? {
    guard case .flaw(let flaw, let bytes) = framer.finish() else { return nil }
    return .flaw(flaw, bytes: bytes)
  }

  /// Bytes were missed.
  mutating func lose() {
    framer.lose()
    assembler.start()
  }

  /// Reads a segment; the message before it, where it is the header of another in the same frame.
  private mutating func take(_ segment: Span<UInt8>) -> HL7Assembler.Outcome? {
    guard assembler.isNext(segment) else {
      assembler.take(segment)
      return nil
    }
    let before = max(framer.messageBytes - segment.count, earlierBytes)
    let earlier = assembler.end(bytes: before - earlierBytes)
    earlierBytes = before
    assembler.take(segment)
    return earlier
  }
}
