/// Who opened whose record: the audit trail of an electronic health record, and the planning that explains it.
package struct EHRSensor: Sensor {
  package static let name = "ehr"

  package static let needs = [
    SensorNeed("the patients' key", "to name patients by pseudonyms; only bundles of the gateway profile hold it"),
    SensorNeed("an audit trail", "a file or folder that the EHR writes"),
  ]

  private let settings: EHRSourceSettings

  package init(settings: EHRSourceSettings = EHRSourceSettings()) { self.settings = settings }

  package func makeSource() -> EHRSource { EHRSource(settings: settings) }

  package func makeParser() -> EHRParser { EHRParser() }

  /// A file as the source would read it.
  package static func records(inReplay bytes: [UInt8]) -> SensorBatch {
    var framer = EHRFramer()
    var batch = SensorBatch(sensor: name, records: framer.take(bytes[...]))
    if let last = framer.finish() { batch.records.append(last) }
    batch.dropped = framer.dropped
    return batch
  }
}
