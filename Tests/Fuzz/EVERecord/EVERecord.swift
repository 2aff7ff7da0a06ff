import CordonCore
import CordonTelemetry

/// Any bytes as one record of Suricata's EVE log.
func fuzzEVERecord(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  var parser = EVEParser()
  var found: [Observation] = []
  parser.parse(Array(UnsafeBufferPointer(start: data, count: count)), arrived: .epoch, into: &found)
  for observation in found {
    guard case .alert(let alert) = observation.object else { continue }
    precondition(alert.category.utf8.count <= 64 && alert.parties.count <= ObservedAlert.mostParties)
  }
  precondition(parser.counters.malformed == 0 || found.isEmpty)
  precondition(parser.counters.observations == UInt64(found.count))
  return 0
}
