import CordonTelemetry
import Testing

@Suite struct SyslogTests {
  static func body(_ packet: String) -> String? {
    SyslogMessage.body(of: Array(packet.utf8)[...]).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(arguments: [
    ("<85>1 2026-01-01T00:00:00Z host app 12 IHE+RFC-3881 - <AuditMessage/>", "<AuditMessage/>"),
    ("<85>1 - - - - - - \u{FEFF}<?xml?>", "<?xml?>"),
    ("<85>1 - - - - - [a b=\"]\\\"\\]\"][c] {}", "{}"), ("<0>1 - - - - - - x", "x"),
    ("<85>Mar  3 10:00:00 host atna: <AuditMessage/>", "<AuditMessage/>"),
  ])
  func `a packet's message is found`(packet: String, message: String) { #expect(Self.body(packet) == message) }

  @Test(arguments: [
    "", "<>1 - - - - - - x", "<192>1 - - - - - - x", "<85", "<85>1 - - -", "<85>1 - - - - - [a x", "<85>1 - - - - - x",
    "<85>no document", "85>1 - - - - - - x", "<8x>1 - - - - - - x",
  ])
  func `what is no packet has none`(packet: String) { #expect(Self.body(packet) == nil) }
}
