import CordonAdmin
import CordonCore
import Testing

@Suite struct CSVReaderTests {
  static func rows(_ text: String) throws -> [[String]] {
    var reader = try CSVReader(bytes: Array(text.utf8), name: "a.csv")
    var rows = [reader.header]
    while try reader.next() { rows.append((0..<reader.header.count).map { reader.string($0) }) }
    return rows
  }

  @Test(
    arguments: [
      ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
      ("\u{FEFF}a, b \r\n 1 ,2\r\n\r\n3,4", [["a", "b"], ["1", "2"], ["3", "4"]]),
      ("a,b\n\"x, \"\"y\"\"\n z\",2\n", [["a", "b"], ["x, \"y\"\n z", "2"]]),
      ("a\n\n1\n", [["a"], [""], ["1"]]),
      (",b\n1,\n", [["column 1", "b"], ["1", ""]]),
    ] as [(String, [[String]])])
  func `records are read as RFC 4180 has them`(text: String, rows: [[String]]) throws {
    #expect(try Self.rows(text) == rows)
  }

  @Test(arguments: [
    ("", "no-header", "a.csv is empty"), ("a,b\n1,2\n1\n", "ragged-row", "a.csv:3:3:"),
    ("a,b\n1,2,3\n", "ragged-row", "a.csv:2:5:"), ("a,b\n1,\"2\n3,4\n", "open-quote", "a.csv:2:3:"),
    ("a,a\n", "repeated-column", "a.csv:1:1:"),
  ])
  func `what is wrong is refused by its place`(text: String, code: String, place: String) {
    let error = #expect(throws: CordonError.self) { try Self.rows(text) }
    #expect(error?.code == code)
    #expect(error?.exitCode == 65)
    #expect(error?.message.hasPrefix(place) == true, "\(error?.message ?? "")")
  }

  /// Whether a quote opens its field is known without looking back: a megabyte of blanks before a megabyte of quotes was
  /// a million million steps, and is two million.
  @Test(.timeLimit(.minutes(1))) func `quotes within a field cost no look back`() throws {
    let count = 1 << 20
    let blanks = String(repeating: " ", count: count)
    let quotes = String(repeating: "\"", count: count)
    #expect(try Self.rows("a,b\n\(blanks)x\(quotes),2\n") == [["a", "b"], ["x" + quotes, "2"]])
  }

  @Test(arguments: [
    ("\" \"\"x\"", "\"x"), ("\"\"\"\"", "\""), (" \t\"x\" ", "x"), ("\"a\"b\"c\"", "ab\"c\""), ("x\"y\"", "x\"y\""),
  ])
  func `a quote opens a field at its start alone`(field: String, value: String) throws {
    #expect(try Self.rows("a,b\n\(field),2\n") == [["a", "b"], [value, "2"]])
  }

  @Test func `numbers, words and gaps are told apart`() throws {
    var reader = try CSVReader(bytes: Array("a,b,c,d,e,f,g\n 1.5e3,-.5,NaN,,0x10,e5,inf\n".utf8), name: "a.csv")
    #expect(try reader.next())
    #expect((0..<7).map { reader.number($0) } == [1500, -0.5, nil, nil, nil, nil, .infinity])
    #expect((0..<7).map { reader.isMissing($0) } == [false, false, true, true, false, false, false])
    #expect(try !reader.next())
  }

  /// Cut anywhere, a file is read or refused; it never ends the program.
  @Test func `any prefix is read or refused`() {
    let text = Array("\u{FEFF}a,\"b\"\"c\"\r\n1,\"2\n3\"\r\n\r\n4,5\n".utf8)
    for count in 0...text.count {
      do throws(CordonError) {
        var reader = try CSVReader(bytes: Array(text[..<count]), name: "a.csv")
        while try reader.next() {}
      } catch {
        #expect(error.kind == .invalid)
      }
    }
  }
}
