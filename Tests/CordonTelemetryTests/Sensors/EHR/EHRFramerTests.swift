import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct EHRFramerTests {
  static func cut(_ text: String) -> (records: [String], dropped: UInt64) {
    var framer = EHRFramer()
    var records = framer.take(Array(text.utf8)[...])
    if let last = framer.finish() { records.append(last) }
    return (records.map { String(decoding: $0, as: UTF8.self) }, framer.dropped)
  }

  @Test(arguments: [
    ("{\"a\":1}\n{\"b\":2}\n", ["{\"a\":1}", "{\"b\":2}"]), ("{\"a\":1}", ["{\"a\":1}"]),
    ("\u{FEFF}\n {\"a\":1}\r\n", ["{\"a\":1}\r"]),
    ("{\n\"a\": \"}\\\"{\"\n}\n{\"b\":2}\n", ["{\n\"a\": \"}\\\"{\"\n}", "{\"b\":2}"]),
    (
      "<AuditMessage>\n</AuditMessage><AuditMessage></AuditMessage>",
      ["<AuditMessage>\n</AuditMessage>", "<AuditMessage></AuditMessage>"]
    ),
    ("<x:AuditMessage>\n</x:AuditMessage>\n", ["<x:AuditMessage>\n</x:AuditMessage>"]),
    ("<85>1 - x\ntext\n", ["<85>1 - x", "text"]), ("", []), ("\n\n", []),
  ])
  func `records are told apart`(text: String, records: [String]) {
    #expect(Self.cut(text).records == records)
    #expect(Self.cut(text).dropped == 0)
  }

  /// The next line is not harmed by one that was cut off.
  @Test func `a damaged line ends with the line`() {
    #expect(Self.cut("{\"a\":\n{\"b\":2}\n").records == ["{\"a\":", "{\"b\":2}"])
  }

  @Test(arguments: ["{\n\"a\": 1", "<AuditMessage>\n<a/>"]) func `what is unfinished at the end is counted`(
    text: String
  ) {
    #expect(Self.cut("{\"b\":2}\n\(text)") == (["{\"b\":2}"], 1))
  }

  @Test(arguments: ["{\"a\":", "{\n", "<AuditMessage>", "text"]) func `a record has a limit`(start: String) {
    let long = start + String(repeating: "x", count: EHRFramer.limit) + "\n"
    let (records, dropped) = Self.cut("\(long){\"b\":2}\n")
    #expect(records == ["{\"b\":2}"])
    #expect(dropped == 1)
    let longest = "{\"a\":\"" + String(repeating: "x", count: EHRFramer.limit - 8) + "\"}"
    #expect(Self.cut("\(longest)\n").records == [longest])
  }

  /// A bracket and white space do not say yet what they begin.
  @Test func `what never says what it is waits for no more than a record`() {
    var framer = EHRFramer()
    var waited = 0
    for chunk in ["{"] + Array(repeating: String(repeating: " ", count: 4096), count: 64) {
      #expect(framer.take(Array(chunk.utf8)[...]) == [])
      waited = max(waited, framer.pending)
    }
    #expect(waited <= EHRFramer.limit && framer.dropped == 1)
    #expect(framer.take(Array("\n{\"b\":2}\n".utf8)[...]) == [Array("{\"b\":2}".utf8)])
  }

  @Test func `a file is cut the same wherever its reads end`() {
    let whole = EHRSensor.records(inReplay: EHRSamples.recording).records
    #expect(whole.count == EHRSamples.count)
    var randomness = SeededRandomness(seed: 11)
    for _ in 0..<100 {
      var framer = EHRFramer()
      var records: [[UInt8]] = []
      var rest = EHRSamples.recording[...]
      while !rest.isEmpty {
        let count = Int.random(in: 1...min(rest.count, 200), using: &randomness)
        records += framer.take(rest.prefix(count))
        rest = rest.dropFirst(count)
      }
      #expect(records == whole)
      #expect(framer.pending == 0)
    }
  }

  @Test func `noise is bounded, and what comes after it is read`() {
    var randomness = SeededRandomness(seed: 12)
    for _ in 0..<50 {
      var noise = (0..<2000).map { _ in UInt8.random(in: .min ... .max, using: &randomness) }
      noise += Array("\n".utf8)
      var framer = EHRFramer()
      for byte in noise { _ = framer.take([byte][...]) }
      #expect(framer.pending <= EHRFramer.limit)
    }
  }
}
