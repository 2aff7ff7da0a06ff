import CordonCore
import CordonTelemetry
import CordonTestSupport

/// Packets and capture files, made byte by byte.
enum WireSamples {
  static let client: [UInt8] = [10, 0, 0, 5]
  static let server: [UInt8] = [10, 0, 0, 9]

  static func number16(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }

  static func number32(_ number: UInt32) -> [UInt8] {
    number16(UInt16(number >> 16)) + number16(UInt16(number & 0xFFFF))
  }

  /// An IP packet; four bytes of address make it version 4.
  static func ip(
    from source: [UInt8] = client, to destination: [UInt8] = server, transport: UInt8, _ payload: [UInt8],
    fragment: UInt16 = 0
  ) -> [UInt8] {
    if source.count == 4 {
      return [0x45, 0] + number16(UInt16(20 + payload.count)) + [0, 1] + number16(fragment) + [64, transport, 0, 0]
        + source + destination + payload
    }
    return [0x60, 0, 0, 0] + number16(UInt16(payload.count)) + [transport, 64] + source + destination + payload
  }

  static func udp(
    from source: [UInt8] = client, to destination: [UInt8] = server, ports: (UInt16, UInt16), _ payload: [UInt8]
  ) -> [UInt8] {
    ip(
      from: source, to: destination, transport: 17,
      number16(ports.0) + number16(ports.1) + number16(UInt16(8 + payload.count)) + [0, 0] + payload)
  }

  static func tcp(
    from source: [UInt8] = client, to destination: [UInt8] = server, ports: (UInt16, UInt16), sequence: UInt32 = 0,
    acknowledges: UInt32 = 0, flags: TCPFlags, _ payload: [UInt8] = []
  ) -> [UInt8] {
    ip(
      from: source, to: destination, transport: 6,
      number16(ports.0) + number16(ports.1) + number32(sequence) + number32(acknowledges) + [0x50, flags.rawValue]
        + [0x10, 0, 0, 0, 0, 0] + payload)
  }

  /// A whole connection: opened, said, answered, closed; the client's port is 40000.
  static func connection(
    port: UInt16, asks: [[UInt8]] = [], answers: [[UInt8]] = [], clientPort: UInt16 = 40_000
  ) -> [[UInt8]] {
    var packets: [[UInt8]] = []
    var (mine, theirs): (UInt32, UInt32) = (1000, 9000)
    func add(_ isClient: Bool, _ flags: TCPFlags, _ payload: [UInt8] = []) {
      packets.append(
        isClient
          ? tcp(ports: (clientPort, port), sequence: mine, acknowledges: theirs, flags: flags, payload)
          : tcp(
            from: server, to: client, ports: (port, clientPort), sequence: theirs, acknowledges: mine, flags: flags,
            payload))
      let length = UInt32(payload.count) + (flags.isDisjoint(with: [.syn, .fin]) ? 0 : 1)
      if isClient { mine &+= length } else { theirs &+= length }
    }
    add(true, .syn)
    add(false, [.syn, .acknowledges])
    add(true, .acknowledges)
    for index in 0..<max(asks.count, answers.count) {
      if index < asks.count { add(true, .acknowledges, asks[index]) }
      if index < answers.count { add(false, .acknowledges, answers[index]) }
    }
    add(true, [.fin, .acknowledges])
    add(false, [.fin, .acknowledges])
    add(true, .acknowledges)
    return packets
  }

  /// A capture file of IP packets, a millisecond apart, in the order of bytes that this machine does not use.
  static func pcap(_ packets: [[UInt8]], link: UInt32 = 101, from start: Timestamp = FakeClock.start) -> [UInt8] {
    var file: [UInt8] = [0xA1, 0xB2, 0xC3, 0xD4, 0, 2, 0, 4] + [UInt8](repeating: 0, count: 8)
    file += number32(65_535) + number32(link)
    for (index, packet) in packets.enumerated() {
      let milliseconds = start.milliseconds + Int64(index)
      file += number32(UInt32(milliseconds / 1000)) + number32(UInt32(milliseconds % 1000) * 1000)
      file += number32(UInt32(packet.count)) + number32(UInt32(packet.count)) + packet
    }
    return file
  }

  /// One record of frames at the times given.
  static func record(_ packets: [[UInt8]], from start: Timestamp = FakeClock.start, every: Duration = .milliseconds(1))
    -> [UInt8]
  {
    var block = FrameBlock()
    for (index, packet) in packets.enumerated() {
      packet.withUnsafeBytes {
        _ = block.add($0, time: start.advanced(by: every * index), wireLength: packet.count, link: .raw)
      }
    }
    return block.take()
  }

  /// What a parser makes of packets, to the end.
  static func exchanges(
    _ packets: [[UInt8]], every: Duration = .milliseconds(1)
  ) -> (found: [WireExchange], parser: WireParser) {
    var parser = WireParser()
    var observations: [Observation] = []
    parser.parse(record(packets, every: every), arrived: FakeClock.start, into: &observations)
    parser.finish(into: &observations)
    return (observations.compactMap { if case .exchange(let exchange) = $0.object { exchange } else { nil } }, parser)
  }

  static func flows(_ exchanges: [WireExchange]) -> [FlowPart] {
    exchanges.compactMap { if case .flow(let part) = $0.event { part } else { nil } }
  }

  /// A question for a name, or its answer.
  static func dns(_ name: String, type: UInt16 = 1, code: UInt8? = nil) -> [UInt8] {
    [0x12, 0x34, code == nil ? 0x01 : 0x81, code ?? 0, 0, 1, 0, 0, 0, 0, 0, 0]
      + name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0] + number16(type) + [0, 1]
  }

  /// A TLS hello in one record.
  static func clientHello(legacy: UInt16 = 0x0303, versions: [UInt16] = [], name: String = "") -> [UInt8] {
    var extensions: [UInt8] = []
    if !name.isEmpty {
      let entry = [0] + number16(UInt16(name.utf8.count)) + Array(name.utf8)
      let list = number16(UInt16(entry.count)) + entry
      extensions += number16(0) + number16(UInt16(list.count)) + list
    }
    if !versions.isEmpty {
      let list = [UInt8(versions.count * 2)] + versions.flatMap(number16)
      extensions += number16(43) + number16(UInt16(list.count)) + list
    }
    return hello(
      1, number16(legacy) + [UInt8](repeating: 7, count: 32) + [0] + number16(2) + [0x13, 0x01] + [1, 0], extensions)
  }

  static func serverHello(legacy: UInt16 = 0x0303, version: UInt16? = nil) -> [UInt8] {
    let extensions = version.map { number16(43) + number16(2) + number16($0) } ?? []
    return hello(2, number16(legacy) + [UInt8](repeating: 8, count: 32) + [0, 0x13, 0x01, 0], extensions)
  }

  private static func hello(_ type: UInt8, _ fixed: [UInt8], _ extensions: [UInt8]) -> [UInt8] {
    let body = fixed + number16(UInt16(extensions.count)) + extensions
    let message = [type, 0] + number16(UInt16(body.count)) + body
    return [22, 3, 1] + number16(UInt16(message.count)) + message
  }
}
