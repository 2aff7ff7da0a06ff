import CordonWire
import SwiftProtobuf

/// Any bytes as what keeper and worker say to each other: no trap, and what can be obeyed is within its bounds.
func fuzzSeamMessage(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  if let message = try? Cordon_V1_KeeperMessage(serializedBytes: bytes) {
    if case .outcome(let outcome) = message.body { _ = try? outcome.domain() }
  }
  if let message = try? Cordon_V1_WorkerMessage(serializedBytes: bytes) {
    if case .reflex(let reflex) = message.body { _ = try? reflex.detection.domain() }
  }
  return 0
}
