import Testing

@testable import CordonTelemetry

@Suite struct HL7DelimitersTests {
  @Test(arguments: ["MSH|^~\\&|", "MSH|^~\\&#|", "MSH|^|", "MSH|^~|", "MSH$%~\\&$"]) func `separators are read`(
    header: String
  ) {
    let delimiters = HL7Delimiters(header: Array(header.utf8).span)
    #expect(delimiters?.field == Array(header.utf8)[3] && delimiters?.component == Array(header.utf8)[4])
  }

  @Test(arguments: [
    "MSH", "MSH|", "MSH||", "MSH|^~\\&", "MSH|^^|", "MSH|^~~&|", "MSHA^~\\&A", "MSH|^~\\1|", "MSH ^~\\& ",
    "MSH|^~\\&#!|",
    "MSH\u{E9}^~\\&\u{E9}",
  ])
  func `what cannot be told apart is refused`(header: String) {
    #expect(HL7Delimiters(header: Array(header.utf8).span) == nil)
  }

  @Test func `empty parts are parts, and the last one ends the list`() {
    let bytes = Array("a||b|".utf8)
    var parts = HL7Parts(0..<bytes.count, separator: 0x7C)
    var found: [Range<Int>] = []
    while let part = parts.next(in: bytes.span) { found.append(part) }
    #expect(found == [0..<1, 2..<2, 3..<4, 5..<5])
  }
}
