import CordonCore
import CordonTelemetry

/// Any bytes as one side of a DICOM connection, cut by the first byte: the events are those of the uncut bytes, up to the
/// first damage, from which the way is found again by where packets begin.
func fuzzDICOMStream(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  guard count > 1 else { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: data + 1, count: count - 1))
  let whole = read(bytes[...], cut: bytes.count)
  let cut = read(bytes[...], cut: max(1, Int(data[0])))
  precondition(cut.prefix { $0 != .dicom(.malformed) }.elementsEqual(whole.prefix { $0 != .dicom(.malformed) }))
  for case .dicom(let event) in whole {
    switch event {
    case .data(let length): precondition(length >= 0 && length <= bytes.count)
    case .requested(let calling, let called): precondition(max(calling.count, called.count) <= 16)
    case .accepted(let contexts, let refused): precondition(contexts >= 0 && refused >= 0)
    default: break
    }
  }
  // Missed bytes anywhere do no harm.
  var (reader, events) = (DICOMReader(), [StreamEvent]())
  reader.take(bytes[..<(bytes.count / 2)], from: .client, at: .epoch, into: &events)
  reader.skip(Int(data[0]), from: .client, at: .epoch, into: &events)
  reader.take(bytes[(bytes.count / 2)...], from: .client, at: .epoch, into: &events)
  reader.finish(at: .epoch, into: &events)
  return 0
}

private func read(_ bytes: ArraySlice<UInt8>, cut: Int) -> [WireEvent] {
  var (reader, events, rest) = (DICOMReader(), [StreamEvent](), bytes)
  while !rest.isEmpty {
    reader.take(rest.prefix(cut), from: .client, at: .epoch, into: &events)
    rest = rest.dropFirst(cut)
  }
  reader.finish(at: .epoch, into: &events)
  return events.map(\.event)
}
