import CordonCore
import CordonRange
import CordonTelemetry
import Testing

/// Captures of the range, read back by the agent's own sensor.
@Suite struct NetworkCaptureTests {
  private static let midnight = HospitalSettings.usualStart
  private static let hospital = Result { try Hospital(HospitalSettings(seed: 5, days: 7, attacks: [])) }
  private static let client = NetworkAddress(10, 21, 0, 2)
  private static let server = Peer(NetworkAddress(10, 20, 1, 50), 2575)

  private static func file(_ conversations: [Conversation]) throws -> [UInt8] {
    var capture = NetworkCapture(of: CapturePoint(ward: 0), in: try hospital.get())
    for conversation in conversations { capture.take(conversation) }
    var bytes = NetworkCapture.header
    capture.append(before: midnight.advanced(by: HospitalCalendar.dayLength * 30), to: &bytes)
    return bytes
  }

  private static func exchanges(in bytes: [UInt8]) -> [WireExchange] {
    let batch = WireSensor.records(inReplay: bytes)
    #expect(batch.dropped == 0)
    var parser = WireParser()
    var found: [Observation] = []
    for record in batch.records { parser.parse(record, arrived: midnight, into: &found) }
    parser.finish(into: &found)
    #expect(parser.counters.malformed == 0)
    return found.compactMap { if case .exchange(let exchange) = $0.object { exchange } else { nil } }
  }

  private static func read(_ content: Conversation.Content, port: UInt16 = 2575) throws -> [WireEvent] {
    let conversation = Conversation(
      time: midnight, capturePoint: 0, client: client, server: Peer(server.address, port), content: content)
    return exchanges(in: try file([conversation])).map(\.event)
  }

  @Test func clinicalMessagesAreReadWithTheirAnswers() throws {
    var refused = ClinicalMessage(
      sender: "monitor-a-1", receiver: "interface-engine", patient: 400_007,
      body: .results([.init(code: "8867-4^Heart rate^LN", value: 71, unit: "/min")]))
    refused.isAccepted = false
    let order = ClinicalMessage(
      sender: "medication-server", receiver: "pump-gateway", patient: 400_007,
      body: .infusion(pump: "pump-a-1", rate: 80.5))
    let merge = ClinicalMessage(sender: "a", receiver: "b", patient: 400_007, body: .merge(into: 400_014))
    let events = try Self.read(.clinical([refused, order, merge]))
    let messages = events.compactMap {
      if case .hl7(.message(let message)) = $0, message.type != "ACK" { message } else { nil }
    }
    #expect(messages.map { "\($0.type)^\($0.trigger)" } == ["ORU^R01", "RGV^O15", "ADT^A40"])
    #expect(messages.map(\.isControl) == [false, true, false])
    #expect(messages.allSatisfy { $0.patients.contains { $0.id == "400007" } })
    #expect(messages.first?.results.count == 1)
    let answers = events.compactMap { if case .hl7(.acknowledgement(let kind)) = $0 { kind } else { nil } }
    #expect(answers.count == 3)
    #expect(answers.first != .accepted && answers.last == .accepted)
  }

  @Test func associationsAreReadCommandByCommand() throws {
    let dialogue = ImageDialogue(
      calling: "MODALITY-A-1", called: "ARCHIVE",
      steps: [.store(bytes: 40_000), .find(answers: 2), .move(to: "READING1", objects: 3)])
    let events = try Self.read(.images(dialogue), port: 104).compactMap { event -> DICOMEvent? in
      if case .dicom(let event) = event { event } else { nil }
    }
    #expect(events.contains(.requested(calling: "MODALITY-A-1", called: "ARCHIVE")))
    let requests = events.compactMap { event -> DICOMCommand? in
      if case .command(let command) = event, command.isRequest { command } else { nil }
    }
    #expect(requests.map(\.verb) == [.store, .find, .move])
    #expect(requests.last?.destination == "READING1")
    let data = events.reduce(0) { sum, event in if case .data(let bytes) = event { sum + Int(bytes) } else { sum } }
    #expect(data == 40_000 + 64 * 3 + 64)
    #expect(!events.contains { if case .malformed = $0 { true } else { false } })
  }

  @Test func namesAndHandshakesAreRead() throws {
    let asked = try Self.read(.question(name: "updates.imaging.example", isKnown: false), port: 53)
    let codes = asked.compactMap { if case .dns(let message) = $0 { message.code } else { nil } }
    #expect(codes == [3])
    let sealed = try Self.read(.sealed(name: "updates.imaging.example", sent: 900, received: 4_200), port: 443)
    #expect(sealed.contains { if case .tls(let handshake) = $0 { !handshake.isWeak } else { false } })
    let flow = sealed.compactMap { if case .flow(let part) = $0 { part } else { nil } }.first
    #expect(flow?.isFirst == true && flow?.isFailure == false)
  }

  /// A day of every ward, as the folder would write it: nothing is malformed, and every message is there.
  @Test func dayOfTheWholeHospitalIsReadBack() throws {
    let hospital = try Self.hospital.get()
    let day = hospital.activity(beginningOn: 1).wire
    #expect(!day.isEmpty)
    for point in hospital.capturePoints.indices {
      let here = day.filter { $0.capturePoint == point }
      let said = here.reduce(0) { sum, conversation in
        if case .clinical(let messages) = conversation.content { sum + messages.count } else { sum }
      }
      let events = Self.exchanges(in: try Self.file(here)).map(\.event)
      let read = events.count { if case .hl7(.message(let message)) = $0 { message.type != "ACK" } else { false } }
      #expect(read == said, "\(hospital.capturePoints[point].label)")
    }
  }

  @Test func framesAreInOrderOfTimeAndOverMidnight() throws {
    let conversations = [90, 30, 60].map { seconds in
      Conversation(
        time: Self.midnight.advanced(by: .seconds(seconds)), capturePoint: 0, client: Self.client,
        server: Peer(Self.server.address, 443), content: .sealed(name: "a.example", sent: 10, received: 10))
    }
    var capture = NetworkCapture(of: CapturePoint(ward: 0), in: try Self.hospital.get())
    for conversation in conversations { capture.take(conversation) }
    var bytes = NetworkCapture.header
    capture.append(before: Self.midnight.advanced(by: .seconds(60)), to: &bytes)
    let early = capture.frames
    #expect(early > 0)
    capture.append(before: Self.midnight.advanced(by: .seconds(3600)), to: &bytes)
    #expect(capture.frames == early * 3)
    var file = try #require(PacketFile(bytes))
    var times: [Timestamp] = []
    while let frame = file.next() { times.append(frame.time) }
    #expect(!file.isDamaged && times.count == Int(capture.frames))
    #expect(times == times.sorted())
  }
}
