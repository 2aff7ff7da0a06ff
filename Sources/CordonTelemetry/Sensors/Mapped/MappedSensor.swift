package import CordonCore

/// Logs of any program that writes JSON lines or CSV, as a policy's mappings explain them.
package struct MappedSensor: Sensor {
  package static let name = "mapped"

  package static let needs = [
    SensorNeed("a mapping in the policy", "which field says who did what and when; cordon policy test-mapping shows it")
  ]

  private let settings: LogSourceSettings
  private let mappings: [RecordMapping]

  package init(settings: LogSourceSettings = LogSourceSettings(), mappings: [RecordMapping] = []) {
    self.settings = settings
    self.mappings = mappings
  }

  package func makeSource() -> LogSource { LogSource(name: Self.name, settings: settings) }

  package func makeParser() -> MappedParser { MappedParser(mappings: mappings) }

  /// A recording is what a source of one mapping would have handed on, behind a line with the mapping's name.
  package static func records(inReplay bytes: [UInt8]) -> SensorBatch {
    guard let end = bytes.firstIndex(of: 0x0A) else { return SensorBatch(sensor: name) }
    let tag = String(decoding: bytes[..<end], as: UTF8.self)
    return LineFramer.records(of: Array(bytes[(end + 1)...]), head: .none, tag: tag, sensor: name)
  }

  /// Where a mapping's lines are, each told apart by the mapping's name.
  package static func files(of mapping: RecordMapping) -> LogFiles {
    LogFiles(paths: mapping.paths, head: mapping.format == .json ? .none : .firstLine, tag: mapping.name)
  }
}
