package import CLinux

/// The program that the kernel runs on each packet: how much of it is captured, if anything.
///
/// Classic BPF (McCanne and Jacobson, "The BSD Packet Filter", 1993) over a packet that begins with its IP header. Leaves
/// out TCP and UDP of the excluded ports, either end; a later fragment has no ports and is kept. IPv6 with extension
/// headers is kept, too.
package enum CaptureFilter {
  /// Excluded ports: more would make jumps longer than the instructions can say.
  package static let portLimit = 32
  /// Bytes of a packet that are captured where streams are read, and where only flows and names are.
  package static let wholeLength: UInt32 = 0xFFFF
  package static let headLength: UInt32 = 640

  private enum Code {
    static let loadByte = UInt16(BPF_LD | BPF_B | BPF_ABS)
    static let loadHalf = UInt16(BPF_LD | BPF_H | BPF_ABS)
    static let loadHalfIndexed = UInt16(BPF_LD | BPF_H | BPF_IND)
    /// The index becomes the length of an IPv4 header.
    static let loadHeaderLength = UInt16(BPF_LDX | BPF_B | BPF_MSH)
    static let and = UInt16(BPF_ALU | BPF_AND | BPF_K)
    static let jumpIfEqual = UInt16(BPF_JMP | BPF_JEQ | BPF_K)
    static let jumpIfSet = UInt16(BPF_JMP | BPF_JSET | BPF_K)
    static let give = UInt16(BPF_RET | BPF_K)
  }

  /// A place that jumps may name; all jumps go forward.
  private enum Place { case version6, ports4, ports6, accept, refuse }

  private enum Item {
    case place(Place)
    /// A jump to nowhere goes on with the next instruction.
    case step(UInt16, UInt32, then: Place? = nil, otherwise: Place? = nil)
  }

  /// - Parameters:
  ///   - ports: those beyond `portLimit` are not looked at.
  ///   - length: bytes of a packet to capture.
  package static func program(excluding ports: [UInt16], length: UInt32) -> [sock_filter] {
    let ports = Array(ports.prefix(portLimit))
    return assemble(
      [
        .step(Code.loadByte, 0), .step(Code.and, 0xF0),
        .step(Code.jumpIfEqual, 0x60, then: .version6),
        .step(Code.jumpIfEqual, 0x40, otherwise: .refuse),
        .step(Code.loadByte, 9),
        .step(Code.jumpIfEqual, 6, then: .ports4), .step(Code.jumpIfEqual, 17, otherwise: .accept),
        .place(.ports4),
        .step(Code.loadHalf, 6), .step(Code.jumpIfSet, 0x1FFF, then: .accept),
        .step(Code.loadHeaderLength, 0),
      ] + comparisons(Code.loadHalfIndexed, at: 0, with: ports) + [
        .step(Code.give, length),
        .place(.version6),
        .step(Code.loadByte, 6),
        .step(Code.jumpIfEqual, 6, then: .ports6), .step(Code.jumpIfEqual, 17, otherwise: .accept),
        .place(.ports6),
      ] + comparisons(Code.loadHalf, at: 40, with: ports) + [
        .place(.accept), .step(Code.give, length),
        .place(.refuse), .step(Code.give, 0),
      ])
  }

  private static func comparisons(_ load: UInt16, at offset: UInt32, with ports: [UInt16]) -> [Item] {
    [offset, offset + 2].flatMap { offset in
      [Item.step(load, offset)] + ports.map { .step(Code.jumpIfEqual, UInt32($0), then: .refuse) }
    }
  }

  private static func assemble(_ items: [Item]) -> [sock_filter] {
    var places: [Place: Int] = [:]
    var count = 0
    for item in items {
      if case .place(let place) = item { places[place] = count } else { count += 1 }
    }
    var program: [sock_filter] = []
    for case .step(let code, let operand, let then, let otherwise) in items {
      // Counted from the instruction after this one.
      func distance(_ place: Place?) -> UInt8 {
        place.flatMap { places[$0] }.map { UInt8($0 - program.count - 1) } ?? 0
      }
      program.append(sock_filter(code: code, jt: distance(then), jf: distance(otherwise), k: operand))
    }
    return program
  }
}
