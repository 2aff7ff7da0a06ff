import CordonTelemetry

/// Any bytes as segments of one side of a connection: each three bytes of offset, one of length and one of what to do.
///
/// What is handed on is never more than what can have been sent, and what is held is given back at the end.
func fuzzStreamSegments(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  var (assembler, pool, pieces) = (StreamAssembler(), AssemblyPool(), [StreamPiece]())
  let payload = [UInt8](repeating: 7, count: 256)
  let first: UInt32 = 0xFFFF_FF00
  assembler.begin(at: first)
  for start in stride(from: 0, to: bytes.count - 4, by: 5) {
    let offset = UInt32(bytes[start]) << 16 | UInt32(bytes[start + 1]) << 8 | UInt32(bytes[start + 2])
    let before = assembler.next ?? first
    if bytes[start + 4] & 1 == 0 {
      assembler.take(
        payload[..<Int(bytes[start + 3])], missing: Int(bytes[start + 4] >> 4), at: first &+ offset, &pool,
        into: &pieces)
    } else {
      assembler.acknowledge(first &+ offset, &pool, into: &pieces)
    }
    let told = pieces.reduce(0) { sum, piece in
      switch piece {
      case .bytes(let slice): sum + slice.count
      case .gap(let count): sum + count
      }
    }
    precondition(assembler.next == before &+ UInt32(told), "what is handed on is what the stream moved by")
    precondition(pool.held <= StreamAssembler.byteLimit)
    pieces.removeAll(keepingCapacity: true)
  }
  assembler.finish(&pool, into: &pieces)
  precondition(pool.held == 0 && !assembler.isWaiting)
  return 0
}
