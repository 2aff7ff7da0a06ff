/// What machines say to each other: packets of the network to flows, names asked for, and clinical messages.
package struct WireSensor: Sensor {
  package static let name = "wire"

  package static let needs = [
    SensorNeed("CAP_NET_RAW", "to capture packets; the keeper has it, the worker that reads them does not"),
    SensorNeed("a place on the network", "a gateway sees devices' packets on a mirrored port; others see their own"),
  ]

  private let settings: WireSourceSettings

  package init(settings: WireSourceSettings = WireSourceSettings()) { self.settings = settings }

  package func makeSource() -> WireSource { WireSource(settings: settings) }

  package func makeParser() -> WireParser { WireParser() }

  /// The frames of a capture file, as the source would hand them on; those of a link that is not read are left out and
  /// counted as dropped.
  package static func records(inReplay bytes: [UInt8]) -> SensorBatch {
    guard var file = PacketFile(bytes) else {
      return SensorBatch(sensor: name, records: [], dropped: bytes.isEmpty ? 0 : 1)
    }
    var batch = records(of: &file)
    if file.isDamaged { batch.dropped += 1 }
    return batch
  }

  /// The frames that a capture file has now, as `records(inReplay:)`.
  package static func records(of file: inout PacketFile) -> SensorBatch {
    var batch = SensorBatch(sensor: name)
    var block = FrameBlock()
    while let frame = file.next() {
      guard let link = frame.link else {
        batch.dropped += 1
        continue
      }
      let isFull = file.bytes.withUnsafeBytes { buffer in
        block.add(
          UnsafeRawBufferPointer(rebasing: buffer[frame.range]), time: frame.time, wireLength: frame.wireLength,
          link: link)
      }
      if isFull { batch.records.append(block.take()) }
    }
    let last = block.take()
    if !last.isEmpty { batch.records.append(last) }
    return batch
  }
}
