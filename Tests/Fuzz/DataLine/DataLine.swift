import CordonCore
import CordonTelemetry

/// Any bytes as one server's audit log: a first line says whose, the others are read one after another.
func fuzzDataLine(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  var parser = DataParser(offset: { _ in 3600 })
  var found: [Observation] = []
  let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
  for line in lines.dropFirst() {
    parser.parse(lines[0] + [0x0A] + line, arrived: Timestamp(milliseconds: 1_735_000_000_000), into: &found)
  }
  parser.finish(into: &found)
  precondition(parser.counters.records == UInt64(lines.count - 1))
  precondition(parser.counters.observations == UInt64(found.count) && found.count < lines.count)
  for observation in found {
    switch observation.object {
    case .authentication(let fact): precondition(!fact.isOfNobody || observation.actor == nil)
    case .data(let access): precondition(access.object.count <= CanonicalName.pathLimit && observation.actor != nil)
    default: preconditionFailure("of another kind")
    }
  }
  return 0
}
