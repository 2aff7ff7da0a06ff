import CordonCore
import CordonTestSupport
import Testing

@testable import CordonTelemetry

@Suite struct HL7ReaderTests {
  static let observation = """
    MSH|^~\\&|PUMP1^0012^EUI-64|ICU|GATEWAY|HOSPITAL|20240301120000||ORU^R01^ORU_R01|M1|P|2.6
    PID|1||12^^^X^NH~4711^^^Ward&1.2.3&ISO^MR||Doe^John
    OBX|1|NM|157784^MDC_FLOW_FLUID_PUMP^MDC|1.1|12.5~13|265266^MDC_DIM_MILLI_L_PER_HR^MDC|||||R
    OBX|2|ST|1^text^X||words 99 words
    OBX|3|SN|2^ratio^X||^40
    OBX|4|SN|3^more^X||>^40
    OBX|5|NM|4^empty^X||

    """

  static func events(_ turns: [WireFeeding.Turn]) -> [HL7Event] {
    WireFeeding.read(turns, with: HL7Reader()).compactMap { event in
      if case .hl7(let event) = event.event { event } else { nil }
    }
  }

  static func messages(_ text: String) -> [HL7Message] {
    events([.client(WireFeeding.framed(text))]).compactMap {
      if case .message(let message) = $0 { message } else { nil }
    }
  }

  @Test func `a message's head, patient and numbers are read`() throws {
    let message = try #require(Self.messages(Self.observation).first)
    #expect(message.type == "ORU" && message.trigger == "R01")
    #expect(message.sendingApplication == "PUMP1" && message.sendingFacility == "ICU")
    #expect(message.receivingApplication == "GATEWAY" && message.receivingFacility == "HOSPITAL")
    #expect(message.patients == [RawPatient(id: "4711", authority: "1.2.3")])
    #expect(message.results.map(\.value) == [12.5, 13, 40])
    #expect(Set(message.results.map(\.code)).count == 2)
    #expect(!message.isControl && !message.isAlert)
    #expect(message.bytes == Self.observation.utf8.count)
  }

  /// The same events however the bytes are cut.
  @Test(arguments: 0..<40) func `bytes may be cut anywhere`(seed: UInt64) {
    let turns: [WireFeeding.Turn] = [
      .client(WireFeeding.framed(Self.observation) + WireFeeding.framed("MSH|^~\\&|A|B|C|D|||RGV^O15|M2|P|2.6\n")),
      .server(
        WireFeeding.framed("MSH|^~\\&|C|D|A|B|||ACK|1|P|2.6\nMSA|AA|M1\n")
          + WireFeeding.framed("MSH|^~\\&|C|D|A|B|||RRG^O16|2|P|2.6\nMSA|AE|M2\n")),
      .client(Array("junk".utf8) + WireFeeding.framed("PID|1\n") + [0x0B] + Array("MSH|^~\\&|A".utf8)),
    ]
    let whole = WireFeeding.read(turns, with: HL7Reader())
    #expect(whole.count == 9)
    #expect(WireFeeding.read(turns, with: HL7Reader(), cutting: SeededRandomness(seed: seed)) == whole)
  }

  @Test func `an acknowledgement answers the message with its control number`() {
    let message = WireFeeding.framed("MSH|^~\\&|A|B|C|D|||ADT^A01|M1|P|2.6\n")
    func answer(_ code: String, _ control: String) -> [UInt8] {
      WireFeeding.framed("MSH|^~\\&|C|D|A|B|||ACK|1|P|2.6\rMSA|\(code)|\(control)\n")
    }
    let events = Self.events([
      .client(message), .server(answer("AR", "M1")), .server(answer("AA", "M1")), .server(answer("CE", "other")),
      .client(message),
    ])
    #expect(
      events.filter { if case .message = $0 { false } else { true } } == [
        .acknowledgement(.rejected), .strayAcknowledgement(.accepted), .strayAcknowledgement(.error),
        .unanswered(messages: 1),
      ])
  }

  @Test func `what waits for an answer is bounded, and what is pushed out is told`() {
    let messages = (0..<100).map { WireFeeding.framed("MSH|^~\\&|A|B|C|D|||ADT^A01|\($0)|P|2.6\n") }
    let events = Self.events([.client(messages.flatMap { $0 })])
    let unanswered = events.reduce(0) { if case .unanswered(let count) = $1 { $0 + count } else { $0 } }
    #expect(unanswered == 100)
    #expect(events.last == .unanswered(messages: AwaitedAnswers.limit))
  }

  @Test(arguments: [
    ("RGV^O15^RGV_O15", true, false), ("RDE^O11", true, false), ("OML^O33^OML_O33", true, false),
    ("EAC^U07", true, false), ("RRG^O16", false, false), ("ORU^R40^ORU_R40", false, true), ("ORU^R42", false, true),
    ("ORU^R01", false, false),
  ])
  func `orders to devices and alarms are told from the rest`(what: String, isControl: Bool, isAlert: Bool) throws {
    let message = try #require(Self.messages("MSH|^~\\&|A|B|C|D|||\(what)|1|P|2.6\n").first)
    #expect(message.isControl == isControl && message.isAlert == isAlert)
  }

  @Test(arguments: [
    ("PID|1||77", RawPatient(id: "77")), ("PID|1|5^^^E|", RawPatient(id: "5", authority: "E")),
    ("PID|1||77^^^North&&~78^^^N^PI", RawPatient(id: "78", authority: "N")),
    ("PID|1||7\\T\\7^^^\\X41\\&", RawPatient(id: "7&7", authority: "A")), ("PID|1||\"\"|", nil), ("PID|1", nil),
  ])
  func `a patient is named by the number of most worth`(segment: String, patient: RawPatient?) throws {
    let message = try #require(Self.messages("MSH|^~\\&|A|B|C|D|||ADT^A01|1|P|2.3\n\(segment)\n").first)
    #expect(message.patient == patient)
  }

  @Test func `patients and numbers have a limit, and those beyond are counted`() throws {
    let patients = (0..<20).map { "PID|1||\($0)\n" }.joined()
    let numbers = (0..<100).map { "OBX|1|NM|1||\($0)\n" }.joined()
    let message = try #require(Self.messages("MSH|^~\\&|A|B|C|D|||RSP^K22|1|P|2.6\n\(patients)\(numbers)").first)
    #expect(message.patients.count == HL7Message.patientLimit && message.omittedPatients == 12)
    #expect(message.results.count == HL7Message.resultLimit && message.omittedResults == 68)
  }

  @Test func `messages of a batch are told apart`() {
    let first = "MSH|^~\\&|A|B|C|D|||ADT^A01|1|P|2.6\nPID|1||1\n"
    let batch = "FHS|^~\\&|A\nBHS|^~\\&|A\n\(first)MSH|#*+!|E|B|C|D|||ADT^A03|2|P|2.6\nBTS|2\n"
      .replacing("MSH|#*+!|E|B|C|D|||ADT^A03|2", with: "MSH#*+\\!#E#B#C#D###ADT*A03#2")
    let messages = Self.messages(batch)
    #expect(messages.map(\.trigger) == ["A01", "A03"])
    #expect(messages.map(\.sendingApplication) == ["A", "E"])
    #expect(messages.reduce(0) { $0 + $1.bytes } == batch.utf8.count)
  }

  @Test(arguments: [
    ("", HL7Flaw.noHeader), ("PID|1||1", .noHeader), ("MSH", .badSeparators), ("MSH|", .badSeparators),
    ("MSH|||||||||", .badSeparators), ("MSH|AB~\\&|A|B|C|D|||ADT^A01", .badSeparators),
    ("MSH|^^\\&|A|B|C|D|||ADT^A01", .badSeparators), ("MSH|^~\\&|A|B", .noType), ("MSH|^~\\&|A|B|C|D|||", .noType),
    ("MSH|^~\\&|A|B|C|D|||A D T^A01", .noType), ("MSH|^~\\&|A|B|C|D|||\(String(repeating: "A", count: 99))", .noType),
    ("M\0S\0H\0|\0^\0", .noHeader),
  ])
  func `what is no message is told with its reason`(text: String, flaw: HL7Flaw) {
    let events = Self.events([
      .client(WireFeeding.framed("\(text)\nX")), .client(WireFeeding.framed("MSH|^~\\&|||||||ADT^A01\n")),
    ])
    #expect(events.first == .malformed(bytes: text.utf8.count + 2, flaw: flaw))
    guard case .message = events.dropFirst().first else {
      Issue.record("the next message is lost: \(events)")
      return
    }
  }

  @Test func `frames that are broken harm no other`() {
    let good = WireFeeding.framed("MSH|^~\\&|A|B|C|D|||ADT^A01|1|P|2.6\n")
    let events = Self.events([
      .client(Array("MSH|^~\\&|unframed\r".utf8) + good),
      .client([0x0B] + Array("MSH|^~\\&|A".utf8) + good),
      .client([0x0D, 0x0A, 0x0A] + good + [0x0B] + Array("MSH|".utf8)),
    ])
    let flaws = events.compactMap { if case .malformed(_, let flaw) = $0 { flaw } else { nil } }
    #expect(flaws == [.unframed, .unfinished, .unfinished])
    #expect(events.count { if case .message = $0 { true } else { false } } == 3)
  }

  /// Missed bytes are nobody's fault: neither half of a message is malformed.
  @Test func `after a gap the next message is found`() {
    var (reader, events) = (HL7Reader(), [StreamEvent]())
    let good = WireFeeding.framed("MSH|^~\\&|A|B|C|D|||ADT^A01|1|P|2.6\nPID|1||1\n")
    reader.skip(0, from: .client, at: .epoch, into: &events)
    reader.take(good[20...], from: .client, at: .epoch, into: &events)
    reader.take(good[...], from: .client, at: .epoch, into: &events)
    reader.take(good[..<30], from: .client, at: .epoch, into: &events)
    reader.skip(500, from: .client, at: .epoch, into: &events)
    reader.take(good[40...], from: .client, at: .epoch, into: &events)
    reader.take(good[...], from: .client, at: .epoch, into: &events)
    #expect(events.count == 2)
    for event in events { if case .hl7(.message) = event.event {} else { Issue.record("\(event)") } }
  }

  /// A picture of megabytes in one segment is passed over; what a reader keeps is bounded.
  @Test func `a long segment is passed over`() throws {
    let picture = String(repeating: "A", count: 3 << 20)
    let text = "MSH|^~\\&|A|B|C|D|||ORU^R01|1|P|2.6\nOBX|1|ED|1||\(picture)\nOBX|2|NM|1||5\n"
    let events = WireFeeding.read(
      [.client(WireFeeding.framed(text))], with: HL7Reader(), cutting: SeededRandomness(seed: 1))
    guard case .hl7(.message(let message)) = events.first?.event else {
      Issue.record("\(events)")
      return
    }
    #expect(message.results.map(\.value) == [5] && message.bytes == text.utf8.count)
  }

  @Test(arguments: [
    ("\u{0B}MSH|^~", 9, StreamRecognition.yes), ("tail|of\r\u{1C}\r\u{0B}MSH|", 9, .yes),
    ("\u{0B}\u{FEFF}MSH|", 9, .yes),
    ("\u{0B}M", 9, .undecided), ("\u{0B}PID|", 9, .no), ("GET / HTTP/1.1", 9, .no), ("anything", 2575, .yes),
  ])
  func `a connection is known by its beginning or its port`(text: String, port: UInt16, expected: StreamRecognition) {
    #expect(HL7Reader.recognise(([1] + Array(text.utf8))[1...], port: port) == expected)
  }
}
