import CordonCore
import Testing

@Suite("Ledger records: the same decision is the same bytes")
struct LedgerRecordTests {
  private func text(_ record: LedgerRecord) -> String { String(decoding: record.canonicalBytes, as: UTF8.self) }

  @Test func keysHaveOneOrder() {
    let record = LedgerRecord(
      .commandProposed, at: Timestamp(milliseconds: 7), actor: "operator/ann", subject: "c1",
      details: ["b": "2", "a": "1"])
    #expect(
      text(record)
        == #"{"kind":"command-proposed","at_ms":7,"actor":"operator/ann","subject":"c1","details":{"a":"1","b":"2"}}"#)
  }

  @Test func whateverATextHoldsIsEscaped() {
    let record = LedgerRecord(.login, at: .epoch, actor: "a\"b\\c\nd\u{1}e\u{7F}ü", subject: "")
    #expect(text(record) == #"{"kind":"login","at_ms":0,"actor":"a\"b\\c\nd\u0001e\u007fü","subject":""}"#)
  }

  @Test func textsAndDetailsAreBounded() {
    let long = String(repeating: "x", count: LedgerRecord.longestText)
    let record = LedgerRecord(.login, at: .epoch, actor: long + "y", subject: "")
    #expect(text(record).contains(long))
    #expect(!text(record).contains("y\""))
    let many = LedgerRecord(
      .login, at: .epoch, actor: "", subject: "",
      details: Dictionary(uniqueKeysWithValues: (0...LedgerRecord.mostDetails).map { (String($0 + 1_000), "") }))
    #expect(text(many).contains("\"1063\""))
    #expect(!text(many).contains("\"1064\""))
  }
}
