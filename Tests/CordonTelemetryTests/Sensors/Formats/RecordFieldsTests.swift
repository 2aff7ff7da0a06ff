import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct RecordFieldsTests {
  private static let tree = FieldTree([("a", 0), ("b.c", 1), ("b.d.e", 2), ("list.x", 3), ("long-name-of-a-field", 4)])

  private static func read(_ text: String) -> RecordFields? {
    var fields = RecordFields(tree)
    return fields.readJSON(Array(text.utf8)) ? fields : nil
  }

  @Test(arguments: [
    (#"{"a":"x"}"#, 0, "x"), (#"{"a":12}"#, 0, "12"), (#"{"a":true}"#, 0, "true"), (#" {"a" : -1.5e3 } "#, 0, "-1.5e3"),
    (#"{"b":{"c":"x"}}"#, 1, "x"), (#"{"b":{"d":{"e":"x"}},"a":1}"#, 2, "x"), (#"{"b.c":"x"}"#, 1, "x"),
    (#"{"list":[{"x":"1"},{"x":"2"}]}"#, 3, "1"), (#"{"a":["1","2"]}"#, 0, "1"), (#"{"a":""}"#, 0, ""),
    (#"{"a":"x","a":"y"}"#, 0, "x"), (#"{"z":{"a":"no"},"a":"yes"}"#, 0, "yes"),
    (#"{"z":[[1,{"a":2}],"]"],"a":"yes"}"#, 0, "yes"), (#"{"long-name-of-a-field":"x"}"#, 4, "x"),
    (#"{"a":"C:\\x \"y\" \u00e4\ud83d\ude00\n"}"#, 0, "C:\\x \"y\" ä😀\n"), ("\u{FEFF}{\"a\":\"ä\"}", 0, "ä"),
  ])
  func `a field is found where it stands`(text: String, field: Int, value: String) throws {
    let fields = try #require(Self.read(text))
    #expect(fields.text(field) == value)
  }

  @Test(arguments: [
    "{}", #"{"a":null}"#, #"{"aa":1}"#, #"{"b":"x"}"#, #"{"b":{"cc":1}}"#, #"{"a":[]}"#, #"{"\u0061":1}"#,
  ])
  func `what is not there is not found`(text: String) throws {
    let fields = try #require(Self.read(text))
    for field in 0..<5 { #expect(!fields.has(field)) }
  }

  @Test(arguments: [
    "", "x", "[]", "\"a\"", "{", #"{"a"}"#, #"{"a":}"#, #"{"a":1"#, #"{"a":"x}"#, #"{"a":1,}"#, #"{"a":1}}"#,
    #"{"a":1}{"#,
    #"{a:1}"#, #"{"a":"x\"#, #"{"a":[1"#, #"{"z":[1}"#, "{\"a\":\"\n\"}", #"{"a" 1}"#, #"{,}"#,
    #"{"b":"# + String(repeating: #"{"b":"#, count: 100) + "1" + String(repeating: "}", count: 101),
    #"{"z":"# + String(repeating: "[", count: 100) + String(repeating: "]", count: 100) + "}",
  ])
  func `what is no object is refused, and nothing of it kept`(text: String) {
    var fields = RecordFields(Self.tree)
    let isReadBefore = fields.readJSON(Array(#"{"a":"before"}"#.utf8))
    let isRead = fields.readJSON(Array(text.utf8))
    #expect(isReadBefore && !isRead)
    for field in 0..<5 { #expect(!fields.has(field)) }
  }

  @Test(
    arguments: [
      ("0", 0), ("12", 12), ("0x1F", 31), ("0xff", 255), ("9223372036854775807", 9_223_372_036_854_775_807), ("", nil),
      ("-1", nil), ("1.5", nil), ("9223372036854775808", nil), ("0x", nil), ("1f", nil), ("99999999999999999999", nil),
    ] as [(String, UInt64?)])
  func `numbers are whole ones`(text: String, number: UInt64?) throws {
    let fields = try #require(Self.read("{\"a\":\"\(text)\"}"))
    #expect(fields.number(0) == number)
  }

  /// Texts of every length, so that a mark falls on every place of the eight bytes that are looked at together.
  @Test func `a mark is found at every place`() throws {
    for count in 0..<40 {
      let text = String(repeating: "é", count: count) + String(repeating: "x", count: count % 9)
      #expect(try #require(Self.read("{\"z\":\"\(text)\",\"a\":\"\(text)\"}")).text(0) == text)
      #expect(Self.read("{\"a\":\"\(text)\u{1}\"}") == nil)
      #expect(try #require(Self.read("{\"a\":\"\(text)\\\\\"}")).text(0) == text + "\\")
    }
  }

  /// What the reader of trees reads of the same bytes, after any damage.
  @Test func `damaged records are judged as the other reader judges them`() {
    let seed = Array(#"{"a":"x\\y","z":[1,{"q":"\u00e4"}],"b":{"c":17,"d":{"e":null}}}"#.utf8)
    var randomness = SeededRandomness(seed: 7)
    for _ in 0..<5000 {
      var bytes = seed
      bytes[Int.random(in: bytes.indices, using: &randomness)] = UInt8.random(in: 0x20...0x7E, using: &randomness)
      var fields = RecordFields(Self.tree)
      let isRead = fields.readJSON(bytes)
      var reader = JSONReader(bytes)
      var a: String?
      reader.members { reader, name in if name == "a", reader.isAtText { a = reader.text() } }
      // The reader of trees also minds escapes in names, and does not mind what follows.
      guard isRead, !reader.isDamaged, let a else { continue }
      #expect(fields.text(0) == a, "\(String(decoding: bytes, as: UTF8.self))")
    }
  }

  // MARK: Tables

  private static func columns(_ line: String, _ names: String, _ style: ColumnLayout.Style, _ separator: UInt8 = 0x2C)
    -> RecordFields?
  {
    let columns = names.utf8.split(separator: separator, omittingEmptySubsequences: false).map { Array($0) }
    guard let layout = ColumnLayout(separator: separator, style: style, columns: columns, of: tree) else { return nil }
    var fields = RecordFields(tree)
    return fields.readColumns(Array(line.utf8), from: 0, by: layout) ? fields : nil
  }

  @Test(
    arguments: [
      ("1,2,3", "1", "3"), ("1,,3", "1", "3"), (",2,3", nil, "3"), ("1,2,", "1", nil),
      (#""x,y",2,"a ""b""""#, "x,y", "a \"b\""),
      (#""",2,3"#, "", "3"),
    ] as [(String, String?, String?)])
  func `columns of CSV`(line: String, first: String?, last: String?) throws {
    let fields = try #require(Self.columns(line, "a,other,b.c", .csv))
    #expect(fields.text(0) == first)
    #expect(fields.text(1) == last)
  }

  @Test(arguments: ["", "1", "1,2", "1,2,3,4", "1,2,3,", #""1,2,3"#, #""1"x,2,3"#])
  func `a line with other columns is refused`(line: String) {
    #expect(Self.columns(line, "a,other,b.c", .csv) == nil)
  }

  @Test func `columns of Zeek's tables`() throws {
    let style = ColumnLayout.Style.zeek(unset: Array("-".utf8), empty: Array("(empty)".utf8))
    let fields = try #require(Self.columns("-\t(empty)\tx\\x09y", "a\tb.c\tb.d.e", style, 9))
    #expect(!fields.has(0))
    #expect(fields.text(1) == "")
    #expect(fields.text(2) == "x\ty")
  }
}
