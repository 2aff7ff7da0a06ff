import CordonCore
import CordonTelemetry

/// Any bytes as a record of the wire sensor, as a hostile keeper would hand it on.
func fuzzFrameRecord(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let record = Array(UnsafeBufferPointer(start: data, count: count))
  var parser = WireParser()
  var found: [Observation] = []
  parser.parse(record, arrived: .epoch, into: &found)
  parser.advance(to: Timestamp(milliseconds: .max), into: &found)
  parser.finish(into: &found)
  for observation in found {
    guard case .ownAddresses(let addresses) = observation.object else { continue }
    precondition(addresses.count <= FrameBlock.addressLimit)
  }
  return 0
}
