import CordonCore
import CordonTelemetry

/// When what was read of sources that can go back is made durable, and how far it goes. A value; time comes in.
///
/// Windows of an hour stay open for an hour, so they are written down while they are: every `period`, and less often the
/// larger they are, so that writing never costs more than `bytesASecond`.
struct IntakeClock: Sendable {
  static let period = Duration.seconds(5)
  static let bytesASecond = 256 << 10
  /// Bytes of a window with a few sketches, for the pace alone.
  private static let windowBytes = 512

  private var positions: LogPositions
  /// Something was taken in since the last time.
  private(set) var isChanged = false
  private var next = Timestamp.epoch

  /// - Parameter progress: what the spool kept over a restart.
  init(progress: [UInt8] = []) { positions = LogPositions(progress) }

  /// What was taken in up to now.
  var progress: [UInt8] { positions.encoded }

  /// A batch has been taken in; what it says of its source, where that can go back.
  mutating func take(_ batch: SensorBatch) {
    positions.take(batch.progress)
    isChanged = isChanged || !batch.records.isEmpty || !batch.progress.isEmpty
  }

  func isDue(at now: Timestamp) -> Bool {
    // A clock that was set back must not put it off for long.
    isChanged && (now >= next || next.since(now) > .seconds(600))
  }

  /// What is to be made durable together with the records up to now.
  mutating func checkpoint(_ unfinished: [EntityWindow], at now: Timestamp) -> Intake {
    let intake = Intake(progress: progress, unfinished: unfinished)
    let bytes = intake.progress.count + unfinished.count * Self.windowBytes
    next = now.advanced(by: Self.period + .milliseconds(bytes * 1000 / Self.bytesASecond))
    isChanged = false
    return intake
  }
}
