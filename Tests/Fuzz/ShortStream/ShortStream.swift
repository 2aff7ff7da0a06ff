import CordonCore
import CordonTelemetry

/// Any bytes as one side of a connection of the domain name system, and as both sides of a remote desktop's, cut by the
/// first byte: the events are those of the uncut bytes.
func fuzzShortStream(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  guard count > 2 else { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: data + 2, count: count - 2))
  let (cut, turn) = (max(1, Int(data[0])), min(Int(data[1]), bytes.count))
  check(DNSReader(), bytes, cut: cut, turn: turn)
  check(RDPReader(), bytes, cut: cut, turn: turn)
  return 0
}

/// What comes before `turn` is the client's, the rest the server's.
private func check<Reader: StreamReader>(_ fresh: Reader, _ bytes: [UInt8], cut: Int, turn: Int) {
  func read(cut: Int) -> [StreamEvent] {
    var (reader, events) = (fresh, [StreamEvent]())
    for (side, part) in [(WireSide.client, bytes[..<turn]), (.server, bytes[turn...])] {
      var rest = part
      while !rest.isEmpty {
        reader.take(rest.prefix(cut), from: side, at: .epoch, into: &events)
        rest = rest.dropFirst(cut)
      }
    }
    reader.finish(at: .epoch, into: &events)
    return events
  }
  let whole = read(cut: bytes.count)
  precondition(read(cut: cut) == whole)
  for case .dns(let message) in whole.map(\.event) { precondition(message.name.count <= DNSDecoder.nameLimit) }
  var (reader, events) = (fresh, [StreamEvent]())
  reader.take(bytes[..<turn], from: .client, at: .epoch, into: &events)
  reader.skip(cut, from: .client, at: .epoch, into: &events)
  reader.take(bytes[turn...], from: .client, at: .epoch, into: &events)
  reader.finish(at: .epoch, into: &events)
}
