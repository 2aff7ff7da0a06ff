import CordonCore
import CordonTelemetry

/// Any bytes as one side of an MLLP connection, cut by the first byte: the events are those of the uncut bytes.
func fuzzHL7Stream(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  guard count > 1 else { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: data + 1, count: count - 1))
  let whole = read(bytes[...], cut: bytes.count)
  precondition(read(bytes[...], cut: max(1, Int(data[0]))) == whole)
  for case .hl7(.message(let message)) in whole.map(\.event) {
    precondition(message.patients.count <= HL7Message.patientLimit)
    precondition(message.results.count <= HL7Message.resultLimit)
    precondition(message.results.allSatisfy { $0.value.isFinite })
    precondition(message.bytes <= bytes.count)
    precondition(message.patients.allSatisfy { $0.id.utf8.count <= CanonicalName.partLimit })
  }
  // Missed bytes anywhere do no harm.
  var (reader, events) = (HL7Reader(), [StreamEvent]())
  reader.take(bytes[..<(bytes.count / 2)], from: .client, at: .epoch, into: &events)
  reader.skip(Int(data[0]), from: .client, at: .epoch, into: &events)
  reader.take(bytes[(bytes.count / 2)...], from: .client, at: .epoch, into: &events)
  reader.finish(at: .epoch, into: &events)
  return 0
}

private func read(_ bytes: ArraySlice<UInt8>, cut: Int) -> [StreamEvent] {
  var (reader, events, rest) = (HL7Reader(), [StreamEvent](), bytes)
  while !rest.isEmpty {
    reader.take(rest.prefix(cut), from: .client, at: .epoch, into: &events)
    rest = rest.dropFirst(cut)
  }
  reader.finish(at: .epoch, into: &events)
  return events
}
