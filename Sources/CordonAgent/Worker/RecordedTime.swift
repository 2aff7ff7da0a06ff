import CordonCore
import CordonTelemetry

/// Steps a pipeline with recorded lines or a recorded capture, in the recording's own time.
///
/// Lines within a second of each other go in together; then time moves on to the newest of them. It never goes back.
struct RecordedTime: Sendable {
  /// Lines handed on together, as long as they lie within a second.
  static let batchLimit = 512

  /// Of the newest line; the epoch before the first.
  private(set) var now = Timestamp.epoch
  /// Where the recording is one of the network.
  private var capture = RecordedCapture()
  private var batch = SensorBatch(sensor: AuditSensor.name)
  private var batchStart = Timestamp.epoch

  /// Takes in one line; returns what comes of the lines before it, where they are older by a second.
  mutating func take(_ line: [UInt8], into pipeline: inout WorkerPipeline) -> [WorkerOutput] {
    let time = AuditSensor.time(ofReplayed: line) ?? now
    var outputs: [WorkerOutput] = []
    if batch.records.count >= Self.batchLimit || time.since(batchStart) > .seconds(1) {
      outputs = step(&pipeline)
      batchStart = time
    }
    now = max(now, time)
    batch.records.append(line)
    return outputs
  }

  /// Takes a piece of a capture; returns what comes of it.
  mutating func take(piece: [UInt8], into pipeline: inout WorkerPipeline) -> [WorkerOutput] {
    capture.take(piece, into: &pipeline, now: &now)
  }

  /// Of a capture: pieces, and frames of links that are not read, that are lost.
  var lost: UInt64 { capture.lost }

  /// Hands on the lines that wait.
  mutating func step(_ pipeline: inout WorkerPipeline) -> [WorkerOutput] {
    guard !batch.records.isEmpty else { return [] }
    defer { batch.records.removeAll(keepingCapacity: true) }
    return [pipeline.ingest(batch, at: now), pipeline.tick(at: now)]
  }
}
