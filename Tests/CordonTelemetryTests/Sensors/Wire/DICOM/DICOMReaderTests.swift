import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct DICOMReaderTests {
  /// An association with an echo, a store in several fragments and units, a move, and its end.
  static let session: [WireFeeding.Turn] = {
    let image = [UInt8](repeating: 7, count: 5000)
    let store = DICOMBytes.commandSet([DICOMBytes.field(1), (0x0800, [0, 0])])
    return [
      .client(DICOMBytes.request(calling: "CT1", called: "ARCHIVE", contexts: 3)),
      .server(DICOMBytes.acceptance([0, 0, 4])),
      .client(DICOMBytes.command([DICOMBytes.field(0x30)])),
      .server(DICOMBytes.command([DICOMBytes.field(0x8030), DICOMBytes.status(0)])),
      .client(
        DICOMBytes.unit(4, DICOMBytes.fragment(Array(store[..<7]), isCommand: true, isLast: false))
          + DICOMBytes.unit(
            4,
            DICOMBytes.fragment(Array(store[7...]), isCommand: true)
              + DICOMBytes.fragment(image, isCommand: false, isLast: false))
          + DICOMBytes.unit(4, DICOMBytes.fragment(image, isCommand: false))),
      .server(DICOMBytes.command([DICOMBytes.field(0x8001), DICOMBytes.status(0xA700)])),
      .client(DICOMBytes.command([DICOMBytes.field(0x21), DICOMBytes.destination("ELSEWHERE ")])),
      .server(
        DICOMBytes.command([
          DICOMBytes.field(0x8021), DICOMBytes.status(0xFF00), (0x1021, [5, 0]), (0x1022, [1, 0]),
        ])),
      .client(DICOMBytes.releaseRequest), .server(DICOMBytes.releaseReply),
    ]
  }()

  static let told: [DICOMEvent] = [
    .requested(calling: "CT1", called: "ARCHIVE"), .accepted(contexts: 2, refused: 1),
    .command(DICOMCommand(verb: .echo)), .command(DICOMCommand(verb: .echo, status: 0)),
    .command(DICOMCommand(verb: .store)), .data(bytes: 10_000), .command(DICOMCommand(verb: .store, status: 0xA700)),
    .command(DICOMCommand(verb: .move, destination: "ELSEWHERE")),
    .command(DICOMCommand(verb: .move, status: 0xFF00, completed: 5, failed: 1)), .released,
  ]

  static func events(_ turns: [WireFeeding.Turn], cutting randomness: SeededRandomness? = nil) -> [DICOMEvent] {
    WireFeeding.read(turns, with: DICOMReader(), cutting: randomness).compactMap { event in
      if case .dicom(let event) = event.event { event } else { nil }
    }
  }

  @Test func `an association is told from its beginning to its end`() {
    #expect(Self.events(Self.session) == Self.told)
    #expect(
      DICOMCommand(verb: .store, status: 0xA700).isFailure && !DICOMCommand(verb: .store, status: 0xFF00).isFailure)
  }

  @Test(arguments: 0..<40) func `bytes may be cut anywhere`(seed: UInt64) {
    #expect(Self.events(Self.session, cutting: SeededRandomness(seed: seed)) == Self.told)
  }

  @Test func `rejection and abort are told`() {
    let request = DICOMBytes.request(calling: "X", called: "Y")
    #expect(
      Self.events([
        .client(request), .server(DICOMBytes.rejection(1, 1, 7)), .client(request), .client(DICOMBytes.abort),
      ])
        == [
          .requested(calling: "X", called: "Y"), .rejected(result: 1, source: 1, reason: 7),
          .requested(calling: "X", called: "Y"), .aborted,
        ])
  }

  private static let damaged: [[UInt8]] = [
    [UInt8](repeating: 0xFF, count: 400), Array("GET / HTTP/1.1\r\n\r\n".utf8), DICOMBytes.unit(8, []),
    DICOMBytes.unit(1, [0, 1]), DICOMBytes.unit(5, [0]), [4, 0, 0xFF, 0xFF, 0xFF, 0xFF],
    DICOMBytes.unit(4, [0, 0, 0, 1, 1, 3]), DICOMBytes.unit(4, [0xFF, 0, 0, 9, 1, 3]),
    DICOMBytes.unit(4, DICOMBytes.fragment([1, 2, 3], isCommand: true)),
    DICOMBytes.unit(4, DICOMBytes.fragment(DICOMBytes.commandSet([(0x0800, [0, 0])]), isCommand: true)),
    DICOMBytes.unit(4, DICOMBytes.fragment([UInt8](repeating: 0, count: 5000), isCommand: true)),
    DICOMBytes.command([DICOMBytes.field(0x8001)]),
  ]

  /// One event for damaged bytes, and then silence until a packet begins a unit.
  @Test(arguments: damaged) func `damaged bytes are told once`(bytes: [UInt8]) {
    let request = DICOMBytes.request(calling: "X", called: "Y")
    let events = Self.events([.client(bytes), .client(DICOMBytes.releaseReply + [0xFF]), .client(request)])
    #expect(events.count { $0 == .malformed } == 1)
    #expect(events.last == .requested(calling: "X", called: "Y"))
  }

  /// What is missed of a data set is counted by its length; missed elsewhere, the next unit at a packet's beginning counts.
  @Test func `gaps are survived`() {
    var (reader, events) = (DICOMReader(), [StreamEvent]())
    let data = DICOMBytes.unit(4, DICOMBytes.fragment([UInt8](repeating: 7, count: 5000), isCommand: false))
    reader.take(data[..<100], from: .client, at: .epoch, into: &events)
    reader.skip(4000, from: .client, at: .epoch, into: &events)
    reader.take(data[4100...], from: .client, at: .epoch, into: &events)
    reader.take(data[..<3], from: .client, at: .epoch, into: &events)
    reader.skip(4000, from: .client, at: .epoch, into: &events)
    reader.take(data[4003...], from: .client, at: .epoch, into: &events)
    let echo = DICOMBytes.command([DICOMBytes.field(0x30)])
    reader.take(echo[...], from: .client, at: .epoch, into: &events)
    #expect(
      events.map(\.event) == [.dicom(.data(bytes: 5000)), .dicom(.command(DICOMCommand(verb: .echo)))])
  }

  @Test func `a capture that begins in the midst finds the next unit`() {
    var (reader, events) = (DICOMReader(), [StreamEvent]())
    for side in WireSide.allCases { reader.skip(0, from: side, at: .epoch, into: &events) }
    reader.take([9, 9, 9, 9], from: .client, at: .epoch, into: &events)
    reader.take(DICOMBytes.command([DICOMBytes.field(0x20)])[...], from: .client, at: .epoch, into: &events)
    reader.take(DICOMBytes.releaseReply[...], from: .server, at: .epoch, into: &events)
    #expect(events.map(\.event) == [.dicom(.command(DICOMCommand(verb: .find))), .dicom(.released)])
  }

  @Test func `a data set that the connection's end cuts counts as far as it came`() {
    let data = DICOMBytes.unit(4, DICOMBytes.fragment([UInt8](repeating: 7, count: 5000), isCommand: false))
    #expect(Self.events([.client(Array(data.prefix(1012)))]) == [.data(bytes: 1000)])
  }

  private static let beginnings: [([UInt8], UInt16, StreamRecognition)] = [
    (DICOMBytes.request(calling: "A", called: "B"), 9999, .yes), ([1], 9999, .undecided),
    ([1, 0, 0], 9999, .undecided),
    ([1, 1, 0], 9999, .no), ([2], 9999, .no), ([1, 0, 0, 0, 0, 9, 0, 1, 0, 0], 9999, .no),
    ([0x16, 3, 1, 0], 2762, .no),
    ([9, 9, 9], 104, .yes), ([9], 104, .undecided), ([4, 0], 11112, .yes),
  ]

  @Test(arguments: beginnings)
  func `a connection is known by its beginning or its port`(bytes: [UInt8], port: UInt16, expected: StreamRecognition) {
    #expect(DICOMReader.recognise(([7] + bytes.prefix(64))[1...], port: port) == expected)
  }
}
