package import GRPCCore
package import SwiftProtobuf

/// Decodes a message only where it holds no more messages within itself than it may.
package struct BoundedDeserializer<Wire: SwiftProtobuf.Message>: MessageDeserializer {
  private let shape: MessageShape
  private let most: Int

  /// - Parameter most: messages within one message, at all depths together.
  package init(_ shape: MessageShape, most: Int) {
    self.shape = shape
    self.most = most
  }

  package func deserialize<Bytes: GRPCContiguousBytes>(_ serializedMessageBytes: Bytes) throws -> Wire {
    try serializedMessageBytes.withUnsafeBytes { bytes in
      guard shape.count(in: bytes, most: most) <= most else {
        throw RPCError(
          code: .resourceExhausted, message: "A message holds more than \(most) messages within itself.")
      }
      do {
        return try Wire(serializedBytes: bytes)
      } catch {
        throw RPCError(
          code: .invalidArgument, message: "The bytes are no \(Wire.protoMessageName).", cause: error)
      }
    }
  }
}

extension BoundedDeserializer where Wire == Cordon_V1_AgentMessage {
  /// What an agent may say on its stream: a record of an honest one holds up to twenty messages, its Hello a few thousand.
  package static func agentMessage(batchRecords: Int) -> Self {
    Self(MessageShape.agentMessage, most: 8_192 + 20 * batchRecords)
  }
}

extension BoundedDeserializer where Wire == Cordon_V1_CollectorMessage {
  /// What a collector may say: a Welcome names up to as many positions as the Hello did.
  static var collectorMessage: Self { Self(MessageShape.collectorMessage, most: 8_192) }
}

extension MessageShape {
  private static let entity = MessageShape([1: .leaf])
  private static let record = MessageShape([
    1: MessageShape([1: .leaf, 7: .leaf]), 2: MessageShape([9: entity, 10: .leaf, 11: .leaf]),
    3: MessageShape([10: .leaf, 12: entity]),
  ])

  package static let agentMessage = MessageShape([
    1: MessageShape([6: MessageShape([3: .leaf]), 7: .leaf]), 2: MessageShape([4: record, 5: .leaf]),
    3: MessageShape([6: .leaf, 7: .leaf, 14: .leaf]), 4: .leaf,
  ])
  static let collectorMessage = MessageShape([
    1: MessageShape([3: .leaf, 4: .leaf]), 2: .leaf, 3: MessageShape([2: MessageShape([3: .leaf])]), 4: .leaf, 5: .leaf,
  ])
}
