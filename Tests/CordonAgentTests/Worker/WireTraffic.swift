import CordonCore
import CordonTelemetry

/// What a hospital's network carries that a planted name may hide in: packets as the wire sensor hands them on.
enum WireTraffic {
  static let own: [UInt8] = [192, 0, 2, 7]
  static let server: [UInt8] = [10, 0, 0, 9]

  /// HL7, DICOM, TLS, a desktop and a question for a name, between this machine and a device, with names wherever one may stand.
  static func batch(of patient: String, named names: [String]) -> SensorBatch {
    let name = names.joined(separator: " ").filter { $0 != "|" }
    let message =
      "\u{0B}MSH|^~\\&|\(name)|W|E|H|20260101||ORU^R01|1|P|2.5\rPID|1||\(patient)||\(name)\r"
      + "OBX|1|NM|GLU||5.1\r\u{1C}\r"
    let title = Array(name.utf8.prefix(16)) + [UInt8](repeating: 0x20, count: max(0, 16 - name.utf8.count))
    let accepted: [UInt8] = [2, 0, 0, 0, 0, 68, 0, 1, 0, 0] + title + title + [UInt8](repeating: 0, count: 32)
    let random = [UInt8](repeating: 7, count: 32)
    let hello: [UInt8] = [22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1] + random + [0, 0x13, 1, 0]
    let labels = names.prefix(3).flatMap { (text: String) -> [UInt8] in
      let label = Array(text.utf8.prefix(60))
      return [UInt8(label.count)] + label
    }
    let question: [UInt8] = [1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + labels + [0, 0, 1, 0, 1]
    let cookie = Array("Cookie: mstshash=\(name.prefix(100))\r\n".utf8)
    let packets = [
      tcp(own, server, (40_000, 2575), Array(message.utf8)), tcp(server, own, (104, 40_001), accepted),
      tcp(server, own, (443, 40_002), hello), tcp(own, server, (40_003, 3389), desktop(0xE0, cookie)),
      tcp(server, own, (3389, 40_003), desktop(0xD0, [])), udp(own, server, (5000, 53), question),
    ]
    var block = FrameBlock()
    for packet in packets {
      packet.withUnsafeBytes {
        _ = block.add($0, time: WorkerSupport.at(40), wireLength: packet.count, link: .raw)
      }
    }
    let addresses = FrameBlock.addresses([IPAddress(bytes: own)].compactMap(\.self))
    return SensorBatch(sensor: WireSensor.name, records: [addresses, block.take()])
  }

  /// The first message of a side that shares a desktop.
  private static func desktop(_ code: UInt8, _ rest: [UInt8]) -> [UInt8] {
    [3, 0] + number(UInt16(11 + rest.count)) + [UInt8(6 + rest.count), code, 0, 0, 0, 0, 0] + rest
  }

  /// A device's question for a name.
  static func question(_ name: String) -> [UInt8] {
    let labels = name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    return udp(
      [10, 0, 0, 5], server, (5000, 53), [1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + labels + [0, 0, 1, 0, 1])
  }

  /// A capture file of IP packets.
  static func pcap(_ packets: [(time: Timestamp, bytes: [UInt8])]) -> [UInt8] {
    func long(_ value: Int) -> [UInt8] { number(UInt16(value >> 16)) + number(UInt16(value & 0xFFFF)) }
    var file: [UInt8] = [0xA1, 0xB2, 0xC3, 0xD4, 0, 2, 0, 4] + [UInt8](repeating: 0, count: 8)
    file += long(65_535) + long(101)
    for (time, bytes) in packets {
      file += long(Int(time.milliseconds / 1000)) + long(Int(time.milliseconds % 1000) * 1000)
      file += long(bytes.count) + long(bytes.count) + bytes
    }
    return file
  }

  private static func tcp(
    _ source: [UInt8], _ destination: [UInt8], _ ports: (UInt16, UInt16), _ payload: [UInt8]
  ) -> [UInt8] {
    ip(
      source, destination, 6,
      number(ports.0) + number(ports.1) + [0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10, 1, 0, 0, 0, 0, 0] + payload)
  }

  private static func udp(
    _ source: [UInt8], _ destination: [UInt8], _ ports: (UInt16, UInt16), _ payload: [UInt8]
  ) -> [UInt8] {
    ip(
      source, destination, 17,
      number(ports.0) + number(ports.1) + number(UInt16(8 + payload.count)) + [0, 0] + payload)
  }

  private static func ip(
    _ source: [UInt8], _ destination: [UInt8], _ transport: UInt8, _ payload: [UInt8]
  ) -> [UInt8] {
    [0x45, 0] + number(UInt16(20 + payload.count)) + [0, 1, 0, 0, 64, transport, 0, 0] + source + destination + payload
  }

  private static func number(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }
}
