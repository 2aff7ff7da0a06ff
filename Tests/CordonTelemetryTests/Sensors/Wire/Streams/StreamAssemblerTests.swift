import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct StreamAssemblerTests {
  /// A stream put together, with a mark where bytes are missing.
  struct Reading {
    var assembler = StreamAssembler()
    var pool = AssemblyPool()
    var bytes: [UInt8?] = []
    var gaps: [Int] = []

    mutating func take(_ payload: [UInt8], missing: Int = 0, at sequence: UInt32) {
      var pieces: [StreamPiece] = []
      assembler.take(payload[...], missing: missing, at: sequence, &pool, into: &pieces)
      keep(pieces)
    }

    mutating func acknowledge(_ sequence: UInt32) {
      var pieces: [StreamPiece] = []
      assembler.acknowledge(sequence, &pool, into: &pieces)
      keep(pieces)
    }

    mutating func finish() {
      var pieces: [StreamPiece] = []
      assembler.finish(&pool, into: &pieces)
      keep(pieces)
    }

    private mutating func keep(_ pieces: [StreamPiece]) {
      for piece in pieces {
        switch piece {
        case .bytes(let slice): bytes += slice.map { $0 }
        case .gap(let count):
          gaps.append(count)
          bytes += [UInt8?](repeating: nil, count: count)
        }
      }
    }
  }

  /// What the segments say, byte by byte: the first to tell a byte is believed. Slow, and obviously right.
  struct Oracle {
    var bytes: [UInt8?]
    /// How many bytes the stream has handed on by now.
    var read = 0

    mutating func take(_ payload: ArraySlice<UInt8>, at offset: Int) {
      for (index, byte) in payload.enumerated() where bytes[offset + index] == nil { bytes[offset + index] = byte }
    }
  }

  /// Segments that together hold every byte, some of them twice and with other content, in an order that is nearly right.
  static func segments(of count: Int, _ randomness: inout SeededRandomness) -> [(offset: Int, payload: [UInt8])] {
    var cuts: [(offset: Int, payload: [UInt8])] = []
    var position = 0
    while position < count {
      let length = min(Int.random(in: 1...60, using: &randomness), count - position)
      cuts.append((position, randomness.bytes(length)))
      position += length
    }
    for _ in 0..<(cuts.count / 3) {
      let start = Int.random(in: 0..<count, using: &randomness)
      let length = min(Int.random(in: 1...90, using: &randomness), count - start)
      cuts.insert((start, randomness.bytes(length)), at: Int.random(in: 0...cuts.count, using: &randomness))
    }
    for index in cuts.indices where Bool.random(using: &randomness) {
      let other = min(index + Int.random(in: 0...8, using: &randomness), cuts.count - 1)
      cuts.swapAt(index, other)
    }
    return cuts
  }

  @Test(arguments: 0..<200) func `any cutting, order and repetition gives the first telling of each byte`(seed: UInt64)
  {
    var randomness = SeededRandomness(seed: seed)
    let count = Int.random(in: 1...1500, using: &randomness)
    // A third of the streams wrap around.
    let first = seed % 3 == 0 ? UInt32.max - UInt32(count / 2) : UInt32.random(in: 0 ... .max, using: &randomness)
    var reading = Reading()
    var oracle = Oracle(bytes: [UInt8?](repeating: nil, count: count))
    reading.assembler.begin(at: first)
    for (offset, payload) in Self.segments(of: count, &randomness) {
      // A byte that was handed on can no more be told otherwise, nor can one that is held.
      oracle.take(payload[...], at: offset)
      reading.take(payload, at: first &+ UInt32(offset))
    }
    #expect(reading.bytes == oracle.bytes)
    #expect(reading.gaps.isEmpty)
    #expect(reading.pool.held == 0)
    #expect(!reading.assembler.isWaiting)
  }

  @Test(arguments: 0..<50) func `lost segments become gaps of the right length`(seed: UInt64) {
    var randomness = SeededRandomness(seed: seed + 1000)
    let count = 2000
    var reading = Reading()
    var oracle = Oracle(bytes: [UInt8?](repeating: nil, count: count))
    reading.assembler.begin(at: 77)
    for (offset, payload) in Self.segments(of: count, &randomness)
    where Int.random(in: 0..<10, using: &randomness) > 0 {
      oracle.take(payload[...], at: offset)
      reading.take(payload, at: 77 + UInt32(offset))
    }
    reading.finish()
    // What is missing at the very end nobody can know.
    let end = (oracle.bytes.lastIndex { $0 != nil } ?? -1) + 1
    #expect(reading.bytes == Array(oracle.bytes[..<end]))
    #expect(reading.pool.held == 0)
    #expect(reading.pool.missed == UInt64(reading.gaps.reduce(0, +)))
  }

  @Test func `without a beginning, the first byte seen is the first`() {
    var reading = Reading()
    reading.take([1, 2], at: 500)
    reading.take([1], at: 499)
    reading.take([3], at: 502)
    #expect(reading.bytes == [1, 2, 3])
    #expect(reading.pool.repeated == 1)
  }

  @Test func `what the capture cut off is a gap`() {
    var reading = Reading()
    reading.take([1, 2], missing: 3, at: 10)
    reading.take([6], at: 15)
    #expect(reading.bytes == [1, 2, nil, nil, nil, 6])
    // Also of a segment that waits, and of one that comes again.
    reading.take([9], missing: 1, at: 18)
    reading.take([1, 2], missing: 3, at: 10)
    reading.take([7, 8], at: 16)
    #expect(reading.bytes.suffix(4) == [7, 8, 9, nil])
    #expect(reading.gaps == [3, 1])
  }

  @Test func `missing bytes that were acknowledged are given up after some doubt`() {
    var reading = Reading()
    reading.take([1], at: 100)
    reading.take([4, 5], at: 103)
    for _ in 0..<StreamAssembler.doubtLimit { reading.acknowledge(105) }
    #expect(reading.bytes == [1])
    reading.acknowledge(105)
    #expect(reading.bytes == [1, nil, nil, 4, 5])
    // An honest acknowledgement in between begins the doubt anew; nothing waits here, and the gap is what was confirmed.
    for _ in 0..<StreamAssembler.doubtLimit { reading.acknowledge(110) }
    reading.acknowledge(105)
    reading.acknowledge(110)
    #expect(reading.gaps == [2])
    for _ in 0..<StreamAssembler.doubtLimit { reading.acknowledge(110) }
    #expect(reading.gaps == [2, 5])
  }

  @Test func `what is held back has a limit, in segments and in bytes`() {
    var reading = Reading()
    reading.assembler.begin(at: 0)
    for index in 1...StreamAssembler.segmentLimit { reading.take([7], at: UInt32(index * 10)) }
    #expect(reading.bytes.isEmpty && reading.pool.held == StreamAssembler.segmentLimit)
    reading.take([7], at: 5)
    #expect(reading.gaps == [5])
    #expect(reading.pool.held == StreamAssembler.segmentLimit)
    var heavy = Reading()
    heavy.assembler.begin(at: 0)
    let half = [UInt8](repeating: 1, count: StreamAssembler.byteLimit / 2)
    heavy.take(half, at: 1)
    heavy.take(half, at: UInt32(half.count + 2))
    #expect(heavy.gaps.isEmpty)
    heavy.take([2], at: UInt32(2 * half.count + 10))
    #expect(heavy.gaps == [1])
  }

  @Test func `strays are not believed until they insist`() {
    var reading = Reading()
    reading.take([1], at: 0)
    let far = UInt32(StreamAssembler.windowLimit + 1000)
    for index in 1..<UInt32(StreamAssembler.strayLimit) { reading.take([9], at: far + index) }
    reading.take([2], at: 1)
    #expect(reading.bytes == [1, 2])
    #expect(reading.pool.strays == UInt64(StreamAssembler.strayLimit - 1))
    for index in 0..<UInt32(StreamAssembler.strayLimit) { reading.take([9], at: far + index) }
    #expect(reading.bytes.last == 9)
    #expect(reading.gaps.count == 1)
  }
}
