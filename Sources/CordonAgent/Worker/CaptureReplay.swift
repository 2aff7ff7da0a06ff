import CordonCore
import CordonTelemetry

/// A capture of the network on its way into a replay: collected whole, then handed on block by block in its own time.
struct CaptureReplay: Sendable {
  /// Bytes of a file that are read: a longer one is cut with the tools that capture.
  static let limit = 2 << 30

  private var bytes: [UInt8] = []
  private var isCapture: Bool?
  private var now = Timestamp.epoch

  /// Whether the file is a capture, as its first bytes say.
  mutating func isCapture(beginning bytes: ArraySlice<UInt8>) -> Bool {
    if let isCapture { return isCapture }
    let isCapture = PacketFile(Array(bytes.prefix(64))) != nil
    self.isCapture = isCapture
    return isCapture
  }

  /// Code: `capture-oversized`.
  mutating func add(_ more: ArraySlice<UInt8>) throws(CordonError) {
    guard bytes.count + more.count <= Self.limit else {
      throw CordonError(
        .invalid, "capture-oversized", "The capture is larger than \(Self.limit >> 30) GiB.",
        remedy: "Cut it, such as with editcap -c 1000000.")
    }
    bytes += more
  }

  /// Hands the frames on; nothing where there are none.
  mutating func run(into replay: inout AuditReplay) {
    guard !bytes.isEmpty else { return }
    let batch = WireSensor.records(inReplay: bytes)
    for record in batch.records {
      var frames: UInt64 = 0
      _ = FrameBlock.forEachFrame(of: record) { frame in
        frames += 1
        now = max(now, frame.time)
      }
      replay.summary.records += frames
      replay.keep(replay.pipeline.ingest(SensorBatch(sensor: WireSensor.name, records: [record]), at: now))
      replay.keep(replay.pipeline.tick(at: now))
    }
    // What is idle at the end is over: the wall clock that says so live is not there.
    replay.keep(replay.pipeline.finish(at: now))
    replay.summary.malformed += batch.dropped
  }
}
