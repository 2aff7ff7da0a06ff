package import CordonCore

/// The parsers of every sensor that this version knows, each with the sensor whose records it reads.
///
/// A new sensor is one line in `entries`. What comes in batches is handed on as a batch, so that a record costs no
/// dynamic call.
package struct SensorParsers: Sendable {
  private struct Entry: Sendable {
    let sensor: String
    var parser: any SensorParser

    init<Kind: Sensor>(_ kind: Kind) {
      sensor = Kind.name
      parser = kind.makeParser()
    }
  }

  /// In no order that matters; few enough to be looked through for each batch.
  private var entries = [
    Entry(AuditSensor()),
    Entry(FileSensor()),
    Entry(SDKSensor()),
    Entry(EHRSensor()),
    Entry(WindowsSensor()),
    Entry(ZeekSensor()),
    Entry(SuricataSensor()),
    Entry(MappedSensor()),
    Entry(WireSensor()),
    Entry(AuthSensor.ofThisMachine),
    Entry(DataSensor()),
    Entry(SocketSensor()),
    Entry(PersistenceSensor()),
  ]

  package init() {}

  /// Names of all sensors.
  package static let names = SensorParsers().entries.map(\.sensor)

  /// What went in and did not come out, over all sensors.
  package var counters: ParserCounters {
    entries.reduce(into: ParserCounters()) { $0 += $1.parser.counters }
  }

  /// Reads a batch of one sensor's records; false, and nothing read, where it is of no sensor that this version knows.
  package mutating func parse(
    _ batch: SensorBatch, arrived: Timestamp, into observations: inout [Observation]
  ) -> Bool {
    guard let index = entries.firstIndex(where: { $0.sensor == batch.sensor }) else { return false }
    entries[index].parser.parse(batch.records, arrived: arrived, into: &observations)
    return true
  }

  /// Tells each parser what a policy says of its sensor, from the next record on.
  package mutating func use(_ policy: Policy) {
    for index in entries.indices { entries[index].parser.use(policy) }
  }

  /// Completes what has waited too long, given that no older record will come.
  package mutating func advance(to now: Timestamp, into observations: inout [Observation]) {
    for index in entries.indices { entries[index].parser.advance(to: now, into: &observations) }
  }

  /// Completes everything, as at the agent's end.
  package mutating func finish(into observations: inout [Observation]) {
    for index in entries.indices { entries[index].parser.finish(into: &observations) }
  }
}
