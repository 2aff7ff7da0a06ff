import CordonTelemetry
import Testing

@Suite struct JSONReaderTests {
  static func texts(_ json: String) -> [String: String]? {
    var reader = JSONReader(Array(json.utf8))
    var found: [String: String] = [:]
    reader.members { reader, name in found[name] = reader.text() }
    return reader.isDamaged || !reader.isAtEnd ? nil : found
  }

  @Test(
    arguments: [
      (#"{}"#, [:]), (#" { "a" : "b" } "#, ["a": "b"]), ("\u{FEFF}{\"a\":\"b\"}", ["a": "b"]),
      (#"{"a":1,"b":"x","c":null,"d":[1,{"e":[]}],"f":"y"}"#, ["b": "x", "f": "y"]),
      (#"{"a":"\"\\\/\b\f\n\r\t\u00e4\uD83D\uDE00"}"#, ["a": "\"\\/\u{8}\u{C}\n\r\tä😀"]),
      (#"{"ä":"ö"}"#, ["ä": "ö"]), (#"{"a":-1.5e+7,"b":""}"#, ["b": ""]),
    ] as [(String, [String: String])])
  func `what is JSON is read`(json: String, expected: [String: String]) {
    #expect(Self.texts(json) == expected)
  }

  @Test(arguments: [
    "", "{", "{\"a\"", "{\"a\":", "{\"a\":}", "{\"a\":\"b\"", "{\"a\":\"b", "{\"a\" \"b\"}", "{\"a\":\"b\",}", "{,}",
    "{\"a\":\"\\x\"}", "{\"a\":\"\\uD83D\"}", "{\"a\":\"\\uD83Dx\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\u{1}\"}",
    "{\"a\":[}", "{a:1}", "{\"a\":\"b\"}x", "{\"a\":]}", "{\"a\":\"\\",
  ])
  func `what is none is told`(json: String) { #expect(Self.texts(json) == nil) }

  @Test func `what is not UTF-8 is told`() {
    var reader = JSONReader(Array("{\"a\":\"".utf8) + [0xE4] + Array("\"}".utf8))
    reader.members { reader, _ in #expect(reader.text() == nil) }
    #expect(reader.isDamaged)
  }

  @Test(arguments: [(JSONReader.depthLimit - 1, true), (JSONReader.depthLimit, false), (60_000, false)])
  func `nesting has a limit, asked for or passed over`(levels: Int, isRead: Bool) {
    let json = "{\"a\":" + String(repeating: "[", count: levels) + String(repeating: "]", count: levels) + "}"
    var passing = JSONReader(Array(json.utf8))
    passing.members { _, _ in }
    #expect(passing.isDamaged == !isRead)
  }

  @Test func `one value stands for a list of it`() {
    for json in [#"{"a":"x"}"#, #"{"a":["x"]}"#] {
      var found: [String?] = []
      var reader = JSONReader(Array(json.utf8))
      reader.members { reader, _ in reader.elements { found.append($0.text()) } }
      #expect(found == ["x"])
    }
  }

  @Test func `every prefix of a document is told from the whole`() {
    let json = Array(#"{"a":[{"b":"c\u00e4"},true,2],"d":{"e":"f"}}"#.utf8)
    for length in 0..<json.count {
      var reader = JSONReader(Array(json[..<length]))
      reader.members { reader, _ in reader.elements { reader in reader.members { reader, _ in _ = reader.text() } } }
      #expect(reader.isDamaged, "\(length) bytes")
    }
  }
}
