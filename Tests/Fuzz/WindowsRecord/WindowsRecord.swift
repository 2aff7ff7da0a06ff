import CordonCore
import CordonTelemetry

/// Any bytes as one event of Windows' logs, in whatever layout.
func fuzzWindowsRecord(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  var parser = WindowsParser()
  var found: [Observation] = []
  parser.parse(Array(UnsafeBufferPointer(start: data, count: count)), arrived: .epoch, into: &found)
  for observation in found {
    guard let foreign = observation.foreign else { preconditionFailure("an event is another machine's") }
    precondition(foreign.machine.utf8.count <= CanonicalName.partLimit)
    var bytes = 0
    foreign.forEachField { bytes += $1.count }
    precondition(bytes <= ForeignEvent.mostBytes)
    if case .file(let file) = observation.object { precondition(file.path.count <= CanonicalName.pathLimit) }
  }
  precondition(parser.counters.malformed == 0 || found.isEmpty)
  precondition(parser.counters.observations == UInt64(found.count))
  return 0
}
