import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct SyslogFramerTests {
  @Test func `a stream is cut the same wherever it is cut before`() {
    let messages = ["<85>1 - - - - - - a", "<85>1 - - - - - - b\nc", "<85>line"]
    let stream = Array(
      "\(messages[0].utf8.count) \(messages[0])\(messages[1].utf8.count) \(messages[1])<85>line\n\n".utf8)
    var randomness = SeededRandomness(seed: 7)
    for _ in 0..<200 {
      var framer = SyslogFramer()
      var found: [[UInt8]] = []
      var rest = stream[...]
      while !rest.isEmpty {
        let count = Int.random(in: 1...rest.count, using: &randomness)
        found += framer.take(rest.prefix(count))
        rest = rest.dropFirst(count)
      }
      #expect(found.map { String(decoding: $0, as: UTF8.self) } == messages)
      #expect(framer.dropped == 0)
    }
  }

  @Test func `an overlong message is passed over and counted`() {
    var framer = SyslogFramer()
    let long = [UInt8](repeating: 0x61, count: SyslogFramer.limit + 1)
    #expect(framer.take((Array("\(long.count) ".utf8) + long + Array("3 <1>".utf8))[...]).map(\.count) == [3])
    #expect(framer.take(([0x3C] + long + [0x0A] + Array("2 ab".utf8))[...]).map(\.count) == [2])
    #expect(framer.dropped == 2)
    #expect(!framer.isDamaged)
  }

  @Test(arguments: ["hello", "12345678 x", "12x"]) func `a stream that is none is given up`(text: String) {
    var framer = SyslogFramer()
    #expect(framer.take(Array(text.utf8)[...]).isEmpty)
    #expect(framer.isDamaged)
    #expect(framer.dropped == 1)
    #expect(framer.take(Array("3 abc".utf8)[...]).isEmpty)
  }
}
