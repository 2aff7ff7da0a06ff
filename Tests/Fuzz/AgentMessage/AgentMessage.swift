import CordonWire
import SwiftProtobuf

/// Any bytes as what an agent says: counting never traps nor passes its bound, and every record is judged.
func fuzzAgentMessage(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  bytes.withUnsafeBytes { precondition(MessageShape.agentMessage.count(in: $0, most: 100) <= 101) }
  guard let message = try? Cordon_V1_AgentMessage(serializedBytes: bytes) else { return 0 }
  for record in message.batch.records { _ = try? record.domain() }
  for range in message.batch.skipped { _ = try? range.domain() }
  for lane in message.hello.lanes { _ = try? lane.domain() }
  return 0
}
