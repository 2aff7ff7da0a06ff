import CordonCore
import CordonWire
import FoundationEssentials
import GRPCCore
import SwiftProtobuf
import Testing

@Suite struct MessageShapeTests {
  private static func decode(_ message: Cordon_V1_AgentMessage, batchRecords: Int = 0) throws -> Cordon_V1_AgentMessage
  {
    try decode(try message.serializedBytes(), batchRecords: batchRecords)
  }

  private static func decode(_ bytes: [UInt8], batchRecords: Int = 0) throws -> Cordon_V1_AgentMessage {
    try BoundedDeserializer.agentMessage(batchRecords: batchRecords)
      .deserialize(Contiguous(bytes: bytes))
  }

  /// Bytes as a transport hands them over.
  private struct Contiguous: GRPCContiguousBytes {
    var bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }
    init(repeating byte: UInt8, count: Int) { bytes = [UInt8](repeating: byte, count: count) }
    init(_ sequence: some Sequence<UInt8>) { bytes = [UInt8](sequence) }

    var count: Int { bytes.count }
    func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
      try bytes.withUnsafeBytes(body)
    }
    mutating func withUnsafeMutableBytes<R>(_ body: (UnsafeMutableRawBufferPointer) throws -> R) rethrows -> R {
      try bytes.withUnsafeMutableBytes(body)
    }
  }

  @Test func anHonestMessageComesThroughUnchanged() throws {
    for record in RoundTripTests.records {
      var message = Cordon_V1_AgentMessage()
      message.batch.records = [Cordon_V1_Record](repeating: Cordon_V1_Record(record), count: 5_000)
      #expect(try Self.decode(message, batchRecords: 5_000) == message)
    }
    var hello = Cordon_V1_AgentMessage()
    hello.hello.lanes = [Cordon_V1_LanePosition](repeating: Cordon_V1_LanePosition(), count: UplinkLimits.mostPositions)
    #expect(try Self.decode(hello) == hello)
  }

  /// At every place where a list of messages can be: as many as may be are taken, one more is not.
  static let lists: [(name: String, around: Int, make: @Sendable (Int) -> Cordon_V1_AgentMessage)] = [
    ("records", 1, { count in .with { $0.batch.records = .init(repeating: .init(), count: count) } }),
    ("ranges", 1, { count in .with { $0.batch.skipped = .init(repeating: .init(), count: count) } }),
    (
      "sketches", 3,
      { count in
        .with { $0.batch.records = [.with { $0.window.sketches = .init(repeating: .init(), count: count) }] }
      }
    ),
    (
      "entities", 3,
      { count in
        .with { $0.batch.records = [.with { $0.detection.entities = .init(repeating: .init(), count: count) }] }
      }
    ),
    (
      "evidence", 3,
      { count in
        .with { $0.batch.records = [.with { $0.detection.evidence = .init(repeating: .init(), count: count) }] }
      }
    ),
    ("lanes", 1, { count in .with { $0.hello.lanes = .init(repeating: .init(), count: count) } }),
    ("schemas", 1, { count in .with { $0.hello.schemas = .init(repeating: .init(), count: count) } }),
    (
      "features", 2,
      { count in .with { $0.hello.schemas = [.with { $0.features = .init(repeating: .init(), count: count) }] } }
    ),
    ("drops", 1, { count in .with { $0.heartbeat.drops = .init(repeating: .init(), count: count) } }),
    ("sensors", 1, { count in .with { $0.heartbeat.sensors = .init(repeating: .init(), count: count) } }),
  ]

  @Test(arguments: lists.indices) func noListIsLongerThanItMayBe(_ index: Int) throws {
    let (name, around, make) = Self.lists[index]
    _ = try Self.decode(make(8_192 - around))
    let error = #expect(throws: RPCError.self, "\(name)") { try Self.decode(make(8_192 - around + 1)) }
    #expect(error?.code == .resourceExhausted)
  }

  @Test func aGroupHidesNothing() throws {
    var message = Cordon_V1_AgentMessage()
    message.batch.records = .init(repeating: .init(), count: 9_000)
    // Field 15 as a group within a group, empty, in front.
    let hidden: [UInt8] = [0x7B, 0x7B, 0x7C, 0x7C] + (try message.serializedBytes() as [UInt8])
    #expect(throws: RPCError.self) { try Self.decode(hidden) }
    // A group that never ends is no message at all.
    let error = #expect(throws: RPCError.self) { try Self.decode([0x7B] + (try message.serializedBytes() as [UInt8])) }
    #expect(error?.code == .invalidArgument)
  }

  @Test(arguments: [
    [0xFF], [0x12, 0x7F], [0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0x07], [0x00],
  ])
  func malformedBytesAreRefused(_ bytes: [UInt8]) {
    let error = #expect(throws: RPCError.self) { try Self.decode(bytes) }
    #expect(error?.code == .invalidArgument)
  }
}
