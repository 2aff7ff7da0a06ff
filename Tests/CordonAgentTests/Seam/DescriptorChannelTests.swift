import CordonAgent
import CordonCore
import CordonWire
import FoundationEssentials
import Glibc
import SwiftProtobuf
import Testing

@Suite struct DescriptorChannelTests {
  static func pair() throws -> (keeper: DescriptorChannel, worker: DescriptorChannel) {
    let ends = try DescriptorChannel.pair()
    return (DescriptorChannel(descriptor: ends.keeper), DescriptorChannel(descriptor: ends.worker))
  }

  static func handover(_ listener: String) -> Cordon_V1_ReceiverHandover { .with { $0.listener = listener } }

  @Test func `what is handed over is the same file, and the sender keeps its own`() throws {
    let (keeper, worker) = try Self.pair()
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    defer { close(ends[0]) }
    try keeper.send(Self.handover("udp://0.0.0.0:514"), ends[1])
    close(ends[1])
    let (handover, socket) = try #require(try worker.receive())
    #expect(handover.listener == "udp://0.0.0.0:514")
    let given = try #require(socket)
    #expect(fcntl(given, F_GETFD) & FD_CLOEXEC != 0)
    #expect(write(given, "x", 1) == 1)
    close(given)
    var byte: UInt8 = 0
    #expect(read(ends[0], &byte, 1) == 1 && byte == UInt8(ascii: "x"))
  }

  @Test func `a message may come alone, and the end is the end`() throws {
    let (keeper, worker) = try Self.pair()
    try keeper.send(Self.handover("a"), nil)
    try keeper.send(Self.handover("b"), nil)
    let (first, second) = (try worker.receive(), try worker.receive())
    #expect(first?.0.listener == "a" && first?.socket == nil && second?.0.listener == "b")
    keeper.end()
    let last = try worker.receive()
    #expect(last == nil)
    #expect(throws: CordonError.self) { try keeper.send(Self.handover("c"), nil) }
  }

  @Test func `a worker that takes nothing holds nobody up`() throws {
    let (keeper, worker) = try Self.pair()
    var long = Self.handover("tls://0.0.0.0:6514")
    long.key = Data(repeating: 1, count: DescriptorChannel.mostBytes - 100)
    #expect(throws: CordonError.self) { for _ in 0..<100 { try keeper.send(long, nil) } }
    let first = try worker.receive()
    #expect(first?.0 == long)
    long.key = Data(repeating: 1, count: DescriptorChannel.mostBytes)
    #expect(throws: CordonError.self) { try keeper.send(long, nil) }
  }
}
