import CordonCore
import CordonTestSupport
import Testing

@testable import CordonTelemetry

@Suite struct SensorParsersTests {
  @Test func namesAreOneOfEachKind() {
    #expect(Set(SensorParsers.names).count == SensorParsers.names.count)
    for name in [AuditSensor.name, FileSensor.name, EHRSensor.name] { #expect(SensorParsers.names.contains(name)) }
  }

  @Test func aBatchOfNoKnownSensorIsLeftAlone() {
    var parsers = SensorParsers()
    var found: [Observation] = []
    let isKnown = parsers.parse(
      SensorBatch(sensor: "tarot", records: [[1, 2, 3]]), arrived: FakeClock.start, into: &found)
    #expect(!isKnown)
    #expect(found.isEmpty && parsers.counters == ParserCounters())
  }

  @Test func countersAreOfAllParsersTogether() {
    var parsers = SensorParsers()
    var found: [Observation] = []
    for name in SensorParsers.names {
      let isKnown = parsers.parse(
        SensorBatch(sensor: name, records: [[0xFF, 0xFE]]), arrived: FakeClock.start, into: &found)
      #expect(isKnown)
    }
    parsers.finish(into: &found)
    #expect(parsers.counters.records == UInt64(SensorParsers.names.count))
    #expect(found.isEmpty)
  }
}
