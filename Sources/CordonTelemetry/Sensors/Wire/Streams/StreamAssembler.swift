/// One side of a TCP connection: segments in any order to bytes in their order.
///
/// Of bytes that come twice the first count, as Linux's own receiver has it. What is missing is waited for until
/// `segmentLimit` segments or `byteLimit` bytes are held back, or the other side has acknowledged it `doubtLimit` times:
/// then it is told as a gap. Sequence numbers wrap. In order, a segment is handed on without a copy.
package struct StreamAssembler: Sendable {
  package static let segmentLimit = 128
  package static let byteLimit = 256 << 10
  /// Bytes ahead of what is expected that a segment may begin; beyond, it is a stray.
  package static let windowLimit = 4 << 20
  /// Strays in a row after which the stream goes on where they are.
  package static let strayLimit = 4
  /// Acknowledgements of missing bytes that are not believed: a capture may see them before the bytes.
  package static let doubtLimit = 3

  private struct Segment: Sendable {
    var start: UInt32
    var bytes: [UInt8]
    /// Bytes after these that the capture cut off.
    var missing: Int

    var length: Int { bytes.count + missing }
  }

  /// Sequence number of the next byte; nil before the first segment.
  package private(set) var next: UInt32?

  private var pending: [Segment] = []
  private var held = 0
  private var strays = 0
  private var doubts = 0

  package init() {}

  /// Whether something waits for earlier bytes.
  package var isWaiting: Bool { !pending.isEmpty }

  /// Sets what the first byte's number is, as a SYN says.
  package mutating func begin(at sequence: UInt32) { if next == nil { next = sequence } }

  /// Takes a segment; without `begin` its first byte is the stream's first.
  ///
  /// - Parameter missing: bytes after the payload that the capture cut off.
  package mutating func take(
    _ payload: ArraySlice<UInt8>, missing: Int = 0, at sequence: UInt32, _ pool: inout AssemblyPool,
    into pieces: inout [StreamPiece]
  ) {
    guard payload.count + missing > 0 else { return }
    let expected = next ?? sequence
    next = expected
    let offset = Int(Int32(bitPattern: sequence &- expected))
    guard offset <= Self.windowLimit else { return takeStray(payload, missing, sequence, offset, &pool, &pieces) }
    strays = 0
    let skipped = max(0, -offset)
    pool.repeated += UInt64(min(skipped, payload.count + missing))
    guard offset + payload.count + missing > 0 else { return }
    let cut = max(0, skipped - payload.count)
    let fresh = payload.dropFirst(skipped)
    if offset <= 0, pending.isEmpty {
      handOn(fresh, missing - cut, &pool, &pieces)
      return
    }
    hold(fresh, missing - cut, from: max(0, offset), &pool)
    release(&pool, &pieces)
    while pending.count > Self.segmentLimit || held > Self.byteLimit || pool.held > AssemblyPool.limit, isWaiting {
      skipToPending(&pool, &pieces)
    }
  }

  /// Takes what the other side says that it has received up to.
  package mutating func acknowledge(
    _ sequence: UInt32, _ pool: inout AssemblyPool, into pieces: inout [StreamPiece]
  ) {
    guard let expected = next else {
      next = sequence
      return
    }
    let covered = Int(Int32(bitPattern: sequence &- expected))
    guard covered > 0, covered <= Self.windowLimit else {
      doubts = 0
      return
    }
    doubts += 1
    guard doubts > Self.doubtLimit else { return }
    doubts = 0
    if let first = pending.first, offset(of: first) <= covered {
      skipToPending(&pool, &pieces)
    } else {
      gap(covered, &pool, &pieces)
    }
  }

  /// Hands on what is held, with the gaps in it, as at the connection's end.
  package mutating func finish(_ pool: inout AssemblyPool, into pieces: inout [StreamPiece]) {
    while isWaiting { skipToPending(&pool, &pieces) }
  }

  private func offset(of segment: Segment) -> Int { Int(Int32(bitPattern: segment.start &- (next ?? segment.start))) }

  private mutating func handOn(
    _ bytes: ArraySlice<UInt8>, _ missing: Int, _ pool: inout AssemblyPool, _ pieces: inout [StreamPiece]
  ) {
    if !bytes.isEmpty {
      pieces.append(.bytes(bytes))
      next = next.map { $0 &+ UInt32(truncatingIfNeeded: bytes.count) }
    }
    if missing > 0 { gap(missing, &pool, &pieces) }
  }

  private mutating func gap(_ count: Int, _ pool: inout AssemblyPool, _ pieces: inout [StreamPiece]) {
    pool.missed += UInt64(count)
    pieces.append(.gap(count))
    next = next.map { $0 &+ UInt32(truncatingIfNeeded: count) }
  }

  /// Puts what is new of a segment into the holes between those that are held.
  private mutating func hold(
    _ bytes: ArraySlice<UInt8>, _ missing: Int, from start: Int, _ pool: inout AssemblyPool
  ) {
    let base = next ?? 0
    let end = start + bytes.count + missing
    var (cursor, position) = (start, 0)
    while cursor < end {
      while position < pending.count, offset(of: pending[position]) + pending[position].length <= cursor {
        position += 1
      }
      let holeEnd = position < pending.count ? min(end, offset(of: pending[position])) : end
      if cursor < holeEnd {
        let piece = bytes.dropFirst(cursor - start).prefix(holeEnd - cursor)
        pending.insert(
          Segment(
            start: base &+ UInt32(truncatingIfNeeded: cursor), bytes: Array(piece),
            missing: holeEnd - cursor - piece.count), at: position)
        count(held: piece.count, &pool)
        cursor = holeEnd
        position += 1
      }
      guard cursor < end else { return }
      let taken = min(end, offset(of: pending[position]) + pending[position].length)
      pool.overlapped += UInt64(taken - cursor)
      cursor = taken
    }
  }

  private mutating func count(held change: Int, _ pool: inout AssemblyPool) {
    held += change
    pool.held += change
  }

  /// Hands on what is held and no longer waits.
  private mutating func release(_ pool: inout AssemblyPool, _ pieces: inout [StreamPiece]) {
    var released = 0
    while released < pending.count, pending[released].start == next {
      let segment = pending[released]
      count(held: -segment.bytes.count, &pool)
      handOn(segment.bytes[...], segment.missing, &pool, &pieces)
      released += 1
    }
    if released > 0 { pending.removeFirst(released) }
  }

  private mutating func skipToPending(_ pool: inout AssemblyPool, _ pieces: inout [StreamPiece]) {
    guard let first = pending.first else { return }
    gap(offset(of: first), &pool, &pieces)
    release(&pool, &pieces)
  }

  /// A segment from far ahead: forged, or the capture has missed more than it could hold.
  private mutating func takeStray(
    _ payload: ArraySlice<UInt8>, _ missing: Int, _ sequence: UInt32, _ offset: Int, _ pool: inout AssemblyPool,
    _ pieces: inout [StreamPiece]
  ) {
    pool.strays += 1
    strays += 1
    guard strays >= Self.strayLimit else { return }
    strays = 0
    finish(&pool, into: &pieces)
    guard let expected = next else { return }
    gap(max(0, Int(Int32(bitPattern: sequence &- expected))), &pool, &pieces)
    next = sequence
    handOn(payload, missing, &pool, &pieces)
  }
}
