import CLinux
import CordonTelemetry
import Testing

@Suite struct CaptureFilterTests {
  /// What the kernel would capture of a packet: a plain reading of the instructions that are used.
  static func captured(_ packet: [UInt8], by program: [sock_filter]) -> UInt32 {
    var (accumulator, index, place) = (UInt32(0), 0, 0)
    func half(_ at: Int) -> UInt32? { at + 1 < packet.count ? UInt32(packet[at]) << 8 | UInt32(packet[at + 1]) : nil }
    while place < program.count {
      let step = program[place]
      place += 1
      switch Int32(step.code) {
      case BPF_LD | BPF_B | BPF_ABS:
        guard Int(step.k) < packet.count else { return 0 }
        accumulator = UInt32(packet[Int(step.k)])
      case BPF_LD | BPF_H | BPF_ABS:
        guard let value = half(Int(step.k)) else { return 0 }
        accumulator = value
      case BPF_LD | BPF_H | BPF_IND:
        guard let value = half(index + Int(step.k)) else { return 0 }
        accumulator = value
      case BPF_LDX | BPF_B | BPF_MSH: index = Int(packet[Int(step.k)] & 0x0F) * 4
      case BPF_ALU | BPF_AND | BPF_K: accumulator &= step.k
      case BPF_JMP | BPF_JEQ | BPF_K: place += Int(accumulator == step.k ? step.jt : step.jf)
      case BPF_JMP | BPF_JSET | BPF_K: place += Int(accumulator & step.k != 0 ? step.jt : step.jf)
      case BPF_RET | BPF_K: return step.k
      default: return 0
      }
    }
    return 0
  }

  static let v6 = [UInt8](repeating: 0xFD, count: 16)
  static let packets: [(String, [UInt8], isCaptured: Bool)] = [
    ("another port", WireSamples.tcp(ports: (40_000, 443), flags: .syn), true),
    ("an excluded port", WireSamples.tcp(ports: (40_000, 9000), flags: .syn), false),
    ("its answer", WireSamples.tcp(ports: (9000, 40_000), flags: .syn), false),
    ("the second excluded one", WireSamples.udp(ports: (1, 9001), [1]), false),
    ("a later part", WireSamples.ip(transport: 17, [0x23, 0x28, 0x23, 0x28], fragment: 0x0010), true),
    ("no ports", WireSamples.ip(transport: 1, [0x23, 0x28, 0x23, 0x28]), true),
    ("version 6", WireSamples.udp(from: v6, to: v6, ports: (1, 2), [1]), true),
    ("version 6, excluded", WireSamples.udp(from: v6, to: v6, ports: (1, 9001), [1]), false),
    ("no IP", [0x12, 0, 0, 0], false),
  ]

  @Test(arguments: packets.indices) func `only what is not excluded is captured`(index: Int) {
    let (what, packet, isCaptured) = Self.packets[index]
    let program = CaptureFilter.program(excluding: [9000, 9001], length: CaptureFilter.wholeLength)
    #expect(Self.captured(packet, by: program) == (isCaptured ? CaptureFilter.wholeLength : 0), "\(what)")
  }

  @Test func `any number of ports makes a program that the kernel takes`() {
    for count in [0, 1, CaptureFilter.portLimit, CaptureFilter.portLimit + 1] {
      let ports = (0..<count).map { UInt16(20_000 + $0) }
      let program = CaptureFilter.program(excluding: ports, length: CaptureFilter.headLength)
      #expect(Self.captured(WireSamples.tcp(ports: (1, 443), flags: .syn), by: program) == CaptureFilter.headLength)
      for port in ports.prefix(CaptureFilter.portLimit) {
        #expect(Self.captured(WireSamples.tcp(ports: (port, 443), flags: .syn), by: program) == 0)
      }
    }
  }
}
