import Testing

@testable import CordonTelemetry

@Suite struct HL7TextTests {
  private static let delimiters = HL7Delimiters(header: Array("MSH|^~\\&|".utf8).span)

  @Test(arguments: [
    ("5", 5.0), ("-5", -5), ("+0.25", 0.25), (" 7 ", 7), ("120.", 120), (".5", 0.5),
    ("123456789012345678", 123_456_789_012_345_680),
  ])
  func `numbers are read`(text: String, value: Double) {
    #expect(HL7Text.number(0..<text.utf8.count, in: Array(text.utf8).span) == value)
  }

  @Test(arguments: [
    "", " ", "-", ".", "1e5", "0x10", "1,5", "1.2.3", "NaN", "inf", "1234567890123456789", "5 mg", "\"\"",
  ])
  func `what is no number is none`(text: String) {
    #expect(HL7Text.number(0..<text.utf8.count, in: Array(text.utf8).span) == nil)
  }

  @Test(arguments: [
    ("A\\F\\B", "A|B"), ("\\S\\\\T\\\\R\\\\E\\", "^&~\\"), ("\\X414243\\", "ABC"), ("a\\.br\\b", "ab"),
    ("a\\H\\b\\N\\", "ab"),
    ("a\\", "a\\"), ("\\\\", ""), ("\\X4\\", ""), ("\\XZZ\\", ""), ("\"\"", ""), ("  x ", "x"),
  ])
  func `escapes stand for what they say`(text: String, meaning: String) throws {
    let delimiters = try #require(Self.delimiters)
    #expect(HL7Text.text(0..<text.utf8.count, in: Array(text.utf8).span, delimiters) == meaning)
  }

  @Test func `a long text is cut`() throws {
    let delimiters = try #require(Self.delimiters)
    let text = [UInt8](repeating: 0x41, count: 1000)
    #expect(HL7Text.text(0..<text.count, in: text.span, delimiters).utf8.count == HL7Text.limit)
  }
}
