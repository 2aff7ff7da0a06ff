import CordonCore
import CordonTelemetry

/// Any bytes as netlink messages, each with its length in 2 bytes before it: no trap, bounded observations.
func fuzzAuditMessage(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  var parser = AuditParser()
  var found: [Observation] = []
  var records = 0
  var start = 0
  while start + 2 <= bytes.count {
    let end = min(start + 2 + (Int(bytes[start]) | Int(bytes[start + 1]) << 8), bytes.count)
    parser.parse(Array(bytes[(start + 2)..<end]), arrived: .epoch, into: &found)
    records += 1
    start = end
  }
  parser.finish(into: &found)
  precondition(found.count <= 2 * records)
  return 0
}
