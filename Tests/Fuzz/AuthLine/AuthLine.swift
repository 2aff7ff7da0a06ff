import CordonCore
import CordonTelemetry

/// Any bytes as lines of an authentication log, one after another.
func fuzzAuthLine(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  var parser = AuthParser(offset: { _ in 3600 })
  var found: [Observation] = []
  let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
  for line in lines { parser.parse(Array(line), arrived: Timestamp(milliseconds: 1_735_000_000_000), into: &found) }
  parser.finish(into: &found)
  precondition(parser.counters.records == UInt64(lines.count))
  precondition(parser.counters.observations == UInt64(found.count))
  precondition(found.count <= lines.count)
  for observation in found {
    guard case .authentication(let fact) = observation.object else { preconditionFailure("of another kind") }
    precondition(!fact.isOfNobody || observation.actor == nil)
    if case .name(let name) = fact.origin { precondition(name.utf8.count <= 3 * CanonicalName.partLimit) }
    if case .login(let name) = observation.actor { precondition(name.utf8.count <= 3 * CanonicalName.partLimit) }
  }
  return 0
}
