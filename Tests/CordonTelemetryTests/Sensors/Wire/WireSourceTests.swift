import CordonCore
import CordonTelemetry
import CordonTestSupport
import Glibc
import Testing

@Suite(.serialized) struct WireSourceTests {
  static let canCapture = {
    let descriptor = socket(AF_PACKET, Int32(SOCK_DGRAM.rawValue), 0)
    if descriptor >= 0 { close(descriptor) }
    return descriptor >= 0
  }()
  static let why: Comment = "skipped: packets may not be captured here (CAP_NET_RAW)"

  static func source(_ change: (inout Policy.WireSensor) -> Void = { _ in }) -> WireSource {
    var policy = Policy.WireSensor()
    policy.interfaces = ["lo"]
    change(&policy)
    return WireSource(settings: WireSourceSettings(policy: policy))
  }

  /// A socket of this machine's own loopback, and its port.
  static func receiver() throws -> (socket: Int32, address: sockaddr_in) {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    try #require(bound)
    return (descriptor, address)
  }

  static func send(_ count: Int, _ payload: [UInt8], to receiver: (socket: Int32, address: sockaddr_in)) {
    var address = receiver.address
    for _ in 0..<count {
      withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          _ = sendto(receiver.socket, payload, payload.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
    }
  }

  /// Packets to a port that the source hands on within some seconds, until there are so many.
  static func packets(to port: UInt16, by source: WireSource, atLeast count: Int) -> (found: [Packet], records: Int) {
    var (found, records) = ([Packet](), 0)
    let end = ContinuousClock.now + .seconds(10)
    while found.count < count, ContinuousClock.now < end {
      usleep(20_000)
      for record in source.queue.drain()?.records ?? [] {
        records += 1
        _ = FrameBlock.forEachFrame(of: record) { frame in
          guard let link = frame.link, case .packet(let packet) = PacketDecoder.decode(record, frame.range, link: link),
            packet.destinationPort == port
          else { return }
          found.append(packet)
        }
      }
    }
    return (found, records)
  }

  @Test(.enabled(if: canCapture, why)) func `every packet is captured once, many in a record`() throws {
    let source = Self.source()
    let receiver = try Self.receiver()
    defer { close(receiver.socket) }
    try source.start()
    try source.start()
    let port = UInt16(bigEndian: receiver.address.sin_port)
    Self.send(500, [UInt8](repeating: 7, count: 100), to: receiver)
    let (found, records) = Self.packets(to: port, by: source, atLeast: 500)
    #expect(found.count == 500)
    #expect(records < 250)
    #expect(found.allSatisfy { $0.payload.count == 100 && $0.missing == 0 })
    #expect(source.health.isRunning && source.health.dropped == 0)
    source.stop()
    #expect(!source.health.isRunning)
    // And again.
    try source.start()
    Self.send(5, [1], to: receiver)
    #expect(Self.packets(to: port, by: source, atLeast: 5).found.count == 5)
    source.stop()
  }

  @Test(.enabled(if: canCapture, why)) func `excluded ports stay out, and of flows alone only heads are taken`() throws
  {
    let (other, excluded) = (try Self.receiver(), try Self.receiver())
    defer { for receiver in [other, excluded] { close(receiver.socket) } }
    let source = Self.source {
      $0.readsStreams = false
      $0.excludedPorts = [UInt16(bigEndian: excluded.address.sin_port)]
    }
    try source.start()
    Self.send(10, [1, 2, 3], to: excluded)
    Self.send(10, [UInt8](repeating: 7, count: 5000), to: other)
    let (found, _) = Self.packets(to: UInt16(bigEndian: other.address.sin_port), by: source, atLeast: 10)
    #expect(found.count == 10)
    #expect(found.allSatisfy { $0.payload.count + 28 == Int(CaptureFilter.headLength) && $0.wireBytes == 5028 })
    Self.send(1, [1], to: other)
    let late = Self.packets(to: UInt16(bigEndian: excluded.address.sin_port), by: source, atLeast: 0)
    #expect(late.found.isEmpty)
    #expect(source.health.reason.contains("flows"))
    source.stop()
  }

  @Test(.enabled(if: canCapture, why)) func `an interface that is not there is refused with the remedy`() {
    expectRefusal("no-interface") { try Self.source { $0.interfaces = ["lo", "none0"] }.start() }
  }

  @Test(.enabled(if: canCapture, why)) func `this machine's addresses come first`() throws {
    let source = Self.source()
    try source.start()
    let end = ContinuousClock.now + .seconds(5)
    var addresses: [IPAddress]?
    while addresses == nil, ContinuousClock.now < end {
      usleep(20_000)
      addresses = source.queue.drain()?.records.lazy.compactMap { FrameBlock.addresses(in: $0) }.first
    }
    source.stop()
    #expect(addresses == MachineAddresses.current())
  }
}
