import CordonCore
import CordonTelemetry

private let images = RecordMapping(
  name: "images", time: "when", user: "who.login", realm: "ward.example", machine: "m", address: "client",
  activity: "what",
  activities: [.init(meaning: .recordOpen, patterns: ["view*"]), .init(meaning: .fileWrite, patterns: ["*write"])],
  outcome: "result", failures: ["denied*"], patient: "patient.id", object: "object")
private let doors = RecordMapping(
  name: "doors", format: .csvSemicolon, time: "time", user: "badge", machine: "door",
  activities: [.init(meaning: .logOn, patterns: ["*"])])

/// Any bytes as a line of a log that a mapping explains, behind the mapping's name and the line of names.
func fuzzMappedRecord(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  var parser = MappedParser(mappings: [images, doors])
  var found: [Observation] = []
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  parser.parse(bytes, arrived: .epoch, into: &found)
  precondition(parser.counters.malformed == 0 || found.isEmpty)
  // The cut of a whole file never makes more records than it has lines.
  let lines = bytes.count { $0 == 0x0A } + 1
  for head in [LineFramer.Head.none, .marked, .firstLine] {
    precondition(LineFramer.records(of: bytes, head: head, tag: "doors", sensor: "").records.count <= lines)
  }
  return 0
}
