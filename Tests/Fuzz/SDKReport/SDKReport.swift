import CordonCore
import CordonTelemetry

/// Any bytes as one report of a gateway's own software.
func fuzzSDKReport(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  var (parser, found) = (SDKParser(), [Observation]())
  let arrival = Timestamp(milliseconds: 1_700_000_000_000)
  parser.parse(bytes, arrived: arrival, into: &found)
  precondition(found.count <= 1 && parser.counters.malformed + UInt64(found.count) == 1)
  for observation in found {
    precondition(observation.time >= arrival.advanced(by: .zero - SDKParser.lateness))
    switch observation.object {
    case .access(let access): precondition(access.origin.utf8.count <= CanonicalName.partLimit)
    case .exchange(let exchange):
      guard case .hl7(.message(let message)) = exchange.event else { return 1 }
      precondition(message.results.allSatisfy { $0.value.isFinite })
    default: break
    }
  }
  // As a recording of reports too.
  let batch = SDKSensor.records(inReplay: bytes)
  precondition(batch.records.reduce(0) { $0 + $1.count + 4 } <= bytes.count)
  return 0
}
