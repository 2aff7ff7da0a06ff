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
  package static func records(inReplay bytes: [UInt8]) -> SensorBatch {
    var batch = SensorBatch(sensor: name)
    var start = 0
    while start + 4 <= bytes.count {
      let length = Int(bytes.word32(at: start))
      guard length <= RecordQueue.recordSizeLimit, start + 4 + length <= bytes.count else { break }
      batch.records.append(Array(bytes[(start + 4)..<(start + 4 + length)]))
      start += 4 + length
    }
    if start < bytes.count { batch.dropped = 1 }
    return batch
  }
}
