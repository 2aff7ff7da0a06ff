import CordonCore
import CordonTelemetry

/// Steps a pipeline with a recorded capture that comes in pieces, in the recording's own time.
///
/// The keeper hands pieces on without looking into them but for their first four bytes. A worker that starts in the midst
/// of one lacks its head, and counts the rest as lost. Memory: what is not whole of one frame or block.
struct RecordedCapture: Sendable {
  /// Under which pieces come over the seam.
  static let sensor = "capture"

  private var file: PacketFile?
  /// Pieces, and frames of links that are not read, that are lost.
  private(set) var lost: UInt64 = 0

  /// Whether a recording begins as a capture does: pcap in its byte orders and resolutions, or pcapng.
  static func begins(_ bytes: ArraySlice<UInt8>) -> Bool {
    let magics: [[UInt8]] = [
      [0xA1, 0xB2, 0xC3, 0xD4], [0xD4, 0xC3, 0xB2, 0xA1], [0xA1, 0xB2, 0x3C, 0x4D], [0x4D, 0x3C, 0xB2, 0xA1],
      [0x0A, 0x0D, 0x0D, 0x0A],
    ]
    return magics.contains { bytes.starts(with: $0) }
  }

  /// Takes the next piece; `now` moves on to the newest frame.
  mutating func take(
    _ piece: [UInt8], into pipeline: inout WorkerPipeline, now: inout Timestamp
  ) -> [WorkerOutput] {
    if file == nil { file = PacketFile(piece, isGrowing: true) } else { file?.append(piece) }
    guard var capture = file else {
      lost += 1
      return []
    }
    let wasDamaged = capture.isDamaged
    let batch = WireSensor.records(of: &capture)
    if wasDamaged || capture.isDamaged { lost += 1 }
    lost += batch.dropped
    file = capture
    var outputs: [WorkerOutput] = []
    for record in batch.records {
      _ = FrameBlock.forEachFrame(of: record) { now = max(now, $0.time) }
      outputs.append(pipeline.ingest(SensorBatch(sensor: WireSensor.name, records: [record]), at: now))
      outputs.append(pipeline.tick(at: now))
    }
    return outputs
  }
}
