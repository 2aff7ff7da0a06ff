import CordonTelemetry
import Testing

@Suite struct LineFramerTests {
  private static func records(_ text: String, head: LineFramer.Head = .none, tag: String = "") -> [String] {
    let batch = LineFramer.records(of: Array(text.utf8), head: head, tag: tag, sensor: "test")
    return batch.records.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(arguments: [
    ("", []), ("\n\n", []), ("a", ["a"]), ("a\nb\n", ["a", "b"]), ("a\r\n\r\nb\r\n", ["a", "b"]),
    ("a\n\nb", ["a", "b"]),
  ])
  func `a record is a line`(text: String, lines: [String]) {
    #expect(Self.records(text) == lines)
  }

  @Test func `a table's lines bear its head`() {
    let table = "#separator \\x09\n#fields\ta\tb\n1\t2\n3\t4\n#close x\n"
    let head = "#separator \\x09\n#fields\ta\tb\n"
    #expect(Self.records(table, head: .marked) == ["\(head)1\t2", "\(head)3\t4"])
    #expect(Self.records("a,b\n1,2\n3,4", head: .firstLine) == ["a,b\n1,2", "a,b\n3,4"])
    #expect(Self.records("a,b\n1,2", head: .firstLine, tag: "doors") == ["doors\na,b\n1,2"])
    #expect(Self.records("{}\n", tag: "doors") == ["doors\n{}"])
  }

  @Test func `another table in the same file has another head`() {
    let text = "#separator \\x09\n#fields\ta\n1\n#separator ,\n#fields\tb\n2\n"
    #expect(
      Self.records(text, head: .marked) == [
        "#separator \\x09\n#fields\ta\n1", "#separator ,\n#fields\tb\n2",
      ])
  }

  /// Wherever the reads fall, the records are the same.
  @Test(arguments: [1, 2, 3, 5, 7, 100]) func `pieces make the same records as the whole`(size: Int) {
    let text = Array("#fields\ta\n1\r\n22\n\n333\n4".utf8)
    var framer = LineFramer(head: .marked)
    var records: [[UInt8]] = []
    for start in stride(from: 0, to: text.count, by: size) {
      records += framer.take(text[start..<min(text.count, start + size)])
    }
    if let last = framer.finish() { records.append(last) }
    #expect(records == LineFramer.records(of: text, head: .marked, sensor: "").records)
    #expect(framer.dropped == 0)
  }

  @Test func `a line past the limit is dropped, and no other`() {
    let long = String(repeating: "x", count: LineFramer.limit + 1)
    let batch = LineFramer.records(of: Array("a\n\(long)\nb\n".utf8), head: .none, sensor: "")
    #expect(batch.records == [Array("a".utf8), Array("b".utf8)])
    #expect(batch.dropped == 1)
    var framer = LineFramer()
    let records = Array(long.utf8).split(maxSplits: 0) { _ in false }.flatMap { framer.take($0) }
    #expect(records.isEmpty)
    #expect(framer.take(Array("tail\nb\n".utf8)[...]) == [Array("b".utf8)])
    #expect(framer.dropped == 1)
  }

  @Test func `what a truncation cuts off is counted, and its head forgotten`() {
    var framer = LineFramer(head: .firstLine)
    _ = framer.take(Array("a,b\n1,2\n3".utf8)[...])
    #expect(framer.pending == 1)
    framer.reset(losing: true)
    #expect(framer.dropped == 1)
    #expect(framer.take(Array("c\n5\n".utf8)[...]) == [Array("c\n5".utf8)])
  }

  @Test func `a head is learned from a file that is read from its middle`() {
    var framer = LineFramer(head: .marked)
    framer.resume(after: Array("#separator \\x09\n#fields\ta\n1\n2".utf8))
    #expect(framer.take(Array("3\n".utf8)[...]) == [Array("#separator \\x09\n#fields\ta\n3".utf8)])
    framer.resume(after: Array("#fields\ta\n1\n23\n".utf8))
    #expect(framer.take(Array("4\n".utf8)[...]) == [Array("#fields\ta\n4".utf8)], "learned again, not twice")
    var table = LineFramer(head: .firstLine)
    table.resume(after: Array("a\n1\n".utf8))
    #expect(table.take(Array("2\n".utf8)[...]) == [Array("a\n2".utf8)])
  }
}
