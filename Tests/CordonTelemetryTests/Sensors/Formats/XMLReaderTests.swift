import CordonTelemetry
import Testing

@Suite struct XMLReaderTests {
  /// Names and the attribute `v` of all elements, in order; nil for a damaged document.
  static func read(_ bytes: [UInt8]) -> [String]? {
    var reader = XMLReader(bytes)
    var found: [String] = []
    while true {
      switch reader.next() {
      case .start(let name): found.append(name + (reader.attribute("v").map { "=\($0)" } ?? ""))
      case .end: continue
      case .finished: return reader.isDamaged ? nil : found
      }
    }
  }

  @Test(arguments: [
    ("<a/>", ["a"]), ("<a></a>", ["a"]), ("\u{FEFF} <a/> ", ["a"]), ("<?xml version=\"1.0\"?><a/>", ["a"]),
    ("<a v=\"1\"><b v='2'/>text<c/></a>", ["a=1", "b=2", "c"]), ("<x:a y:v=\"1\"/>", ["a=1"]),
    ("<a v=\"&lt;&amp;&gt;&quot;&apos;&#228;&#xe4;\"/>", ["a=<&>\"'ää"]),
    ("<a><!-- <b/> --><![CDATA[<c/>]]><?p <d/>?></a>", ["a"]), ("<a v=\"x\n\ty\"/>", ["a=x  y"]),
    ("<a v = '>' ></a >", ["a=>"]),
  ])
  func `what is well-formed is read`(document: String, expected: [String]) {
    #expect(Self.read(Array(document.utf8)) == expected)
  }

  @Test(arguments: [
    "", "text", "<a>", "</a>", "<a></b>", "<a/><b/>", "<a><b></a></b>", "<a v=1/>", "<a v=\"1\" v=\"2\"/>",
    "<a v=\"<\"/>", "<a v=\"1\"w=\"2\"/>", "<a/>x", "<a", "<a v=\"", "<!-- <a/>", "<a><![CDATA[</a>", "< a/>", "<1a/>",
    "<?xml encoding=\"utf-16\"?><a/>", "<a b/>",
  ])
  func `what is not is told`(document: String) { #expect(Self.read(Array(document.utf8)) == nil) }

  /// Nothing is declared, so nothing is fetched and nothing grows.
  @Test(arguments: [
    "<!DOCTYPE a [<!ENTITY x \"y\">]><a v=\"&x;\"/>",
    "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
    "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><a v=\"&b;\"/>",
    "<a><!ENTITY x \"y\"></a>",
  ])
  func `a document type is refused`(document: String) { #expect(Self.read(Array(document.utf8)) == nil) }

  @Test func `an entity that nobody declared is no value`() {
    #expect(Self.read(Array("<a v=\"&x;\"/>".utf8)) == ["a"])
    #expect(Self.read(Array("<a v=\"&#0;\"/>".utf8)) == ["a"])
  }

  @Test func `one byte a character where the declaration says so`() {
    let latin = Array("<?xml version='1.0' encoding='ISO-8859-1'?><a v='M".utf8) + [0xFC] + Array("ller'/>".utf8)
    #expect(Self.read(latin) == ["a=Müller"])
    let unsaid = Array("<a v='M".utf8) + [0xFC] + Array("ller'/>".utf8)
    #expect(Self.read(unsaid) == ["a"])
  }

  @Test(arguments: [(XMLReader.depthLimit, true), (XMLReader.depthLimit + 1, false), (20_000, false)])
  func `nesting has a limit`(levels: Int, isRead: Bool) {
    let document = String(repeating: "<a>", count: levels) + String(repeating: "</a>", count: levels)
    #expect((Self.read(Array(document.utf8)) != nil) == isRead)
  }

  @Test func `attributes and names have limits`() {
    func tag(_ count: Int) -> [UInt8] { Array("<a \((0..<count).map { "b\($0)='1'" }.joined(separator: " "))/>".utf8) }
    #expect(Self.read(tag(XMLReader.attributeLimit)) != nil)
    #expect(Self.read(tag(XMLReader.attributeLimit + 1)) == nil)
    #expect(Self.read(Array("<\(String(repeating: "n", count: XMLReader.nameLimit))/>".utf8)) != nil)
    #expect(Self.read(Array("<\(String(repeating: "n", count: XMLReader.nameLimit + 1))/>".utf8)) == nil)
  }
}
