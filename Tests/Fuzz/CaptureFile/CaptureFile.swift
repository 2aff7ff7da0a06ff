import CordonCore
import CordonTelemetry

/// Any bytes as a capture file, whose frames go all the way: links, IP, flows, streams and what is said on them.
func fuzzCaptureFile(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  let batch = WireSensor.records(inReplay: bytes)
  var parser = WireParser()
  var found: [Observation] = []
  for record in batch.records {
    precondition(record.count <= FrameBlock.limit)
    parser.parse(record, arrived: .epoch, into: &found)
  }
  precondition(parser.counters.malformed == parser.wire.malformed, "a record made here is whole")
  parser.finish(into: &found)
  precondition(parser.flowCount == 0)
  precondition(parser.assembly.held == 0)
  // Every packet is told with its flow, and none twice.
  let packets = found.reduce(UInt64(0)) { sum, observation in
    guard case .exchange(let exchange) = observation.object, case .flow(let part) = exchange.event else { return sum }
    return sum + part.clientPackets + part.serverPackets
  }
  let wire = parser.wire
  precondition(packets == wire.frames - wire.unreadLink - wire.foreign - wire.fragments - wire.malformed)
  return 0
}
