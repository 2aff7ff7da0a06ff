import CordonCore
import CordonRuntime
import CordonTrust
import CordonWire

/// What a made-up agent says on its stream: one lane of windows, in one epoch.
enum BenchMessages {
  static let epoch: UInt64 = 77

  static func hello() -> Cordon_V1_AgentMessage {
    var message = Cordon_V1_AgentMessage()
    message.hello.protocol = UplinkLimits.protocolVersion
    message.hello.version = "bench"
    message.hello.epoch = epoch
    message.hello.bootID = "bench"
    message.hello.clockMs = SystemClock().now.milliseconds
    var position = Cordon_V1_LanePosition()
    position.lane = .window
    position.epoch = epoch
    message.hello.lanes = [position]
    return message
  }

  /// - Parameter after: the number of the last record before.
  static func batch(_ records: [Cordon_V1_Record], after: UInt64) -> Cordon_V1_AgentMessage {
    var message = Cordon_V1_AgentMessage()
    message.batch.lane = .window
    message.batch.epoch = epoch
    message.batch.firstSequence = after + 1
    message.batch.records = records
    return message
  }
}
