package import CordonCore

/// HL7 version 2 over MLLP on one connection: message heads, acknowledgements and which message each is about.
///
/// An accept acknowledgement (CA, CE, CR) may be followed by an application's (AA, AE, AR) of the same message: the first
/// answers it, the second is stray where it comes on the same connection.
package struct HL7Reader: StreamReader {
  /// Two segments that are cut, the numbers and patients of two messages, and what waits for an answer.
  package static let stateLimit = 12 << 10
  private static let port: UInt16 = 2575

  private var client = HL7Side()
  private var server = HL7Side()

  package init() {}

  package static func recognise(_ beginning: ArraySlice<UInt8>, port: UInt16) -> StreamRecognition {
    let bytes = beginning.span
    for index in 0..<bytes.count where bytes[index] == 0x0B {
      let marked = bytes.count > index + 3 && bytes[index + 1] == 0xEF ? index + 4 : index + 1
      if ["MSH", "FHS", "BHS"].contains(where: { bytes.has($0, at: marked) }) { return .yes }
      // The rest of it may still come, or not be in what is shown.
      if bytes.count < marked + 3 { return port == Self.port ? .yes : .undecided }
    }
    return port == Self.port ? .yes : .no
  }

  package mutating func take(
    _ bytes: ArraySlice<UInt8>, from side: WireSide, at time: Timestamp, into events: inout [StreamEvent]
  ) {
    let span = bytes.span
    var position = 0
    while let outcome = side == .client
      ? client.next(in: span, at: &position) : server.next(in: span, at: &position)
    {
      switch outcome {
      case .flaw(let flaw, let bytes): add(.malformed(bytes: bytes, flaw: flaw), side, time, &events)
      case .message(let assembled): take(assembled, from: side, at: time, into: &events)
      }
    }
  }

  package mutating func skip(
    _ count: Int, from side: WireSide, at time: Timestamp, into events: inout [StreamEvent]
  ) {
    change(side) { $0.lose() }
    // An answer may have been missed too.
    change(side.other) { _ = $0.awaited.removeAll() }
  }

  package mutating func finish(at time: Timestamp, into events: inout [StreamEvent]) {
    for side in WireSide.allCases {
      var (outcome, unanswered) = (HL7Assembler.Outcome?.none, 0)
      change(side) { part in
        outcome = part.finish()
        unanswered = part.awaited.removeAll()
      }
      if case .flaw(let flaw, let bytes) = outcome { add(.malformed(bytes: bytes, flaw: flaw), side, time, &events) }
      if unanswered > 0 { add(.unanswered(messages: unanswered), side, time, &events) }
    }
  }

  private mutating func take(
    _ assembled: HL7Assembler.Assembled, from side: WireSide, at time: Timestamp, into events: inout [StreamEvent]
  ) {
    add(.message(assembled.message), side, time, &events)
    guard let answer = assembled.answer else {
      // What is an acknowledgement by its type alone waits for none.
      guard assembled.message.type != "ACK" else { return }
      var isPushedOut = false
      change(side) { isPushedOut = $0.awaited.add(assembled.control) }
      if isPushedOut { add(.unanswered(messages: 1), side, time, &events) }
      return
    }
    var isAwaited = false
    change(side.other) { isAwaited = $0.awaited.remove(answer.control) }
    add(
      isAwaited ? .acknowledgement(answer.acknowledgement) : .strayAcknowledgement(answer.acknowledgement), side, time,
      &events)
  }

  private func add(_ event: HL7Event, _ side: WireSide, _ time: Timestamp, _ events: inout [StreamEvent]) {
    events.append(StreamEvent(time: time, sender: side, event: .hl7(event)))
  }

  private mutating func change(_ side: WireSide, _ body: (inout HL7Side) -> Void) {
    switch side {
    case .client: body(&client)
    case .server: body(&server)
    }
  }
}
