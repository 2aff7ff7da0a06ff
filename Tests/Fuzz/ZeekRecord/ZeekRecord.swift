import CordonCore
import CordonTelemetry

/// Any bytes as a line of Zeek's logs, behind its table's head or as JSON.
func fuzzZeekRecord(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  var parser = ZeekParser()
  var found: [Observation] = []
  parser.parse(Array(UnsafeBufferPointer(start: data, count: count)), arrived: .epoch, into: &found)
  precondition(found.count <= 2)
  precondition(parser.counters.malformed == 0 || found.isEmpty)
  precondition(parser.counters.observations == UInt64(found.count))
  return 0
}
