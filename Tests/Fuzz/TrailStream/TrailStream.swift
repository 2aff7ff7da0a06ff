import CordonCore
import CordonTelemetry

/// Any bytes as a connection that audit trails come over, cut by the first byte: the records are those of the uncut bytes.
func fuzzTrailStream(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  guard count > 1 else { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: data + 1, count: count - 1))
  let whole = taken(bytes, cut: bytes.count)
  precondition(taken(bytes, cut: max(1, Int(data[0]))) == whole)
  precondition(whole.records.allSatisfy { $0.count <= SyslogFramer.limit })
  precondition(whole.records.reduce(0) { $0 + $1.count } <= bytes.count)
  return 0
}

private func taken(_ bytes: [UInt8], cut: Int) -> TrailStreams.Taken {
  guard let peer = IPAddress("192.0.2.1") else { return .init() }
  var (streams, sum, rest) = (TrailStreams(), TrailStreams.Taken(), bytes[...])
  _ = streams.take(.opened(1, from: peer), at: .zero)
  while !rest.isEmpty, sum.reception != .end {
    let taken = streams.take(.bytes(Array(rest.prefix(cut)), of: 1), at: .zero)
    sum.records += taken.records
    sum.dropped += taken.dropped
    if taken.reception == .end { sum.reception = .end }
    rest = rest.dropFirst(cut)
  }
  return sum
}
