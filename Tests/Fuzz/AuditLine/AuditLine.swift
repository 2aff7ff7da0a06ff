import CordonCore
import CordonTelemetry

/// Any bytes as an audit.log: no trap, and no more observations than two a line.
func fuzzAuditLine(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  var parser = AuditParser()
  var found: [Observation] = []
  let batch = AuditSensor.records(inReplay: Array(UnsafeBufferPointer(start: data, count: count)))
  for line in batch.records { parser.parse(line, arrived: .epoch, into: &found) }
  parser.finish(into: &found)
  precondition(found.count <= 2 * batch.records.count)
  return 0
}
