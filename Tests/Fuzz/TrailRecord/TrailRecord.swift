import CordonCore
import CordonTelemetry

/// Any bytes as one record of an audit trail: JSON, XML or a syslog packet, whichever they begin like.
func fuzzTrailRecord(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  var parser = EHRParser()
  var found: [Observation] = []
  parser.parse(Array(UnsafeBufferPointer(start: data, count: count)), arrived: .epoch, into: &found)
  for observation in found {
    guard case .access(let access) = observation.object else { continue }
    precondition(access.patients.count <= EHRAccess.patientLimit)
    precondition(access.origin.utf8.count <= CanonicalName.partLimit)
  }
  precondition(parser.counters.malformed == 0 || found.isEmpty)
  return 0
}
