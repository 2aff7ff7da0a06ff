/// Files written, renamed and deleted, with the entropy of what was written.
package struct FileSensor: Sensor {
  package static let name = "file"

  package static let needs = [
    SensorNeed("CAP_SYS_ADMIN", "to watch whole file systems through fanotify"),
    SensorNeed("CAP_DAC_READ_SEARCH", "to open by handle what was written, for a sample of its entropy"),
    SensorNeed("Linux 5.17", "for renames with both names in one event"),
  ]

  private let settings: FileSourceSettings

  package init(settings: FileSourceSettings = FileSourceSettings()) { self.settings = settings }

  package func makeSource() -> FileSource { FileSource(settings: settings) }

  package func makeParser() -> FileParser { FileParser() }

  /// Records one after another, each with its length in 4 bytes, little-endian, before it.
  package static func records(inReplay bytes: [UInt8]) -> SensorBatch { SensorBatch(recorded: bytes, sensor: name) }
}
