import CordonCore
import CordonTelemetry

/// Made-up traffic of one kind, as the keeper hands it on: connections one after another, each opened, used and closed.
struct WireWorkload: Sendable {
  var name: String
  /// Messages, or connections that say nothing that is read.
  var messages: Int
  var records: [[UInt8]]

  static let all: [WireWorkload] = [
    WireWorkload("HL7, 30 results a message", port: 2575, sends: (0..<200).map { _ in framed(results) }),
    WireWorkload("HL7, an admission a message", port: 2575, sends: (0..<400).map { _ in framed(admission) }),
    WireWorkload("HL7, a letter a message", port: 2575, sends: (0..<40).map { _ in framed(letter) }),
    WireWorkload("DICOM, images stored", port: 104, sends: [association] + (0..<16).map { _ in image }),
    WireWorkload(
      "short connections",
      connections: (0..<400).map { (UInt16(30_000 + $0), 8080, [[UInt8](repeating: 7, count: 200)]) }),
  ]

  private init(_ name: String, port: UInt16, sends: [[UInt8]]) {
    self.init(name, connections: [(40_000, port, sends)])
  }

  private init(_ name: String, connections: [(client: UInt16, server: UInt16, sends: [[UInt8]])]) {
    self.name = name
    messages = connections.count > 1 ? connections.count : connections.reduce(0) { $0 + $1.sends.count }
    var block = FrameBlock()
    var records: [[UInt8]] = []
    var milliseconds: Int64 = 1_767_225_600_000
    for connection in connections {
      for packet in Self.packets(connection.client, connection.server, connection.sends) {
        milliseconds += 1
        let isFull = packet.withUnsafeBytes {
          block.add($0, time: Timestamp(milliseconds: milliseconds), wireLength: packet.count, link: .raw)
        }
        if isFull { records.append(block.take()) }
      }
    }
    let last = block.take()
    if !last.isEmpty { records.append(last) }
    self.records = records
  }

  // MARK: Messages

  private static func framed(_ message: String) -> [UInt8] {
    [0x0B] + Array(message.utf8).map { $0 == 0x0A ? 0x0D : $0 } + [0x1C, 0x0D]
  }

  private static let head = "MSH|^~\\&|GATEWAY|ICU|ENGINE|HOSPITAL|20260101||"

  private static let results =
    head + "ORU^R01|1|P|2.5\nPID|1||4711^^^HOSP^MR\n"
    + (0..<30).map { "OBX|\($0)|NM|\(8000 + $0)-1^Something||\(60 + $0).5|mm\n" }.joined()
  private static let admission =
    head + "ADT^A01|1|P|2.5\nEVN|A01|20260101\nPID|1||4711^^^HOSP^MR||DOE^JANE||19500101|F|||1 STREET^^TOWN\n"
    + "PV1|1|I|ICU^1^2||||1^DOCTOR\n"
  private static let letter =
    head + "MDM^T02|1|P|2.5\nPID|1||4711^^^HOSP^MR\n"
    + (0..<20).map { "OBX|\($0)|TX|L||\(String(repeating: "words of a letter ", count: 50))\n" }.joined()

  private static func big(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static let association: [UInt8] = {
    let title = Array("ARCHIVE         ".utf8)
    let name = Array("1.2.840.10008.1.1".utf8)
    let context = [0x30, 0] + big(name.count, 2) + name + [0x40, 0] + big(name.count, 2) + name
    let item = [0x20, 0] + big(4 + context.count, 2) + [1, 0, 0, 0] + context
    let body = [0, 1, 0, 0] + title + title + [UInt8](repeating: 0, count: 32) + item
    return [1, 0] + big(body.count, 4) + body
  }()

  /// A store's command, and half a megabyte in units of 16 kB.
  private static let image: [UInt8] = {
    func unit(_ flags: UInt8, _ bytes: [UInt8]) -> [UInt8] {
      [4, 0] + big(bytes.count + 6, 4) + big(bytes.count + 2, 4) + [1, flags] + bytes
    }
    let store: [UInt8] = [0, 0, 0x00, 0x01, 2, 0, 0, 0, 1, 0, 0, 0, 0x00, 0x08, 2, 0, 0, 0, 1, 0]
    let part = [UInt8](repeating: 0x5A, count: 16_372)
    return unit(3, store) + (0..<32).flatMap { unit($0 == 31 ? 2 : 0, part) }
  }()

  // MARK: Packets

  /// A connection that the client uses: segments of 1,448 bytes, each second one acknowledged.
  private static func packets(_ client: UInt16, _ server: UInt16, _ sends: [[UInt8]]) -> [[UInt8]] {
    var (mine, packets) = (1000, [[UInt8]]())
    func add(_ isClient: Bool, _ flags: UInt8, _ payload: ArraySlice<UInt8> = []) {
      let ends: [UInt8] = isClient ? [10, 0, 0, 5, 10, 0, 0, 9] : [10, 0, 0, 9, 10, 0, 0, 5]
      let ports = isClient ? big(Int(client), 2) + big(Int(server), 2) : big(Int(server), 2) + big(Int(client), 2)
      let numbers = isClient ? big(mine, 4) + big(9000, 4) : big(9000, 4) + big(mine, 4)
      packets.append(
        [0x45, 0] + big(40 + payload.count, 2) + [0, 1, 0, 0, 64, 6, 0, 0] + ends + ports + numbers + [0x50, flags]
          + [0x10, 0, 0, 0, 0, 0] + payload)
      if isClient { mine += payload.count + (flags & 3 == 0 ? 0 : 1) }
    }
    add(true, 2)
    add(false, 0x12)
    for bytes in sends {
      var rest = bytes[...]
      while !rest.isEmpty {
        add(true, 0x18, rest.prefix(1448))
        rest = rest.dropFirst(1448)
        if packets.count % 3 == 0 { add(false, 0x10) }
      }
    }
    add(true, 0x11)
    add(false, 0x11)
    add(true, 0x10)
    return packets
  }
}
