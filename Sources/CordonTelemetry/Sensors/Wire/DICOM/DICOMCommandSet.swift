import CordonCore

/// Reads a command set (PS3.7, annex E): elements of group 0000 in implicit little endian.
enum DICOMCommandSet {
  /// Bytes of one command set; those of the standard's own commands stay below 1 kB.
  static let limit = 4096

  /// Elements of interest (PS3.7, E.1).
  private enum Element {
    static let field: UInt16 = 0x0100
    static let moveDestination: UInt16 = 0x0600
    static let status: UInt16 = 0x0900
    static let completed: UInt16 = 0x1021
    static let failed: UInt16 = 0x1022
  }

  private static let isAnswer: UInt16 = 0x8000

  /// The command; nil for what is none: another group, an element past the end, no command field, an answer without
  /// a status.
  static func read(_ bytes: Span<UInt8>) -> DICOMCommand? {
    var (field, status) = (UInt16?.none, UInt16?.none)
    var command = DICOMCommand(verb: .other)
    var position = 0
    while position < bytes.count {
      guard position + 8 <= bytes.count, bytes.littleEndian16(at: position) == 0 else { return nil }
      let element = bytes.littleEndian16(at: position + 2)
      let length = bytes.littleEndian32(at: position + 4)
      position += 8
      guard length <= bytes.count - position else { return nil }
      let number = length == 2 ? bytes.littleEndian16(at: position) : nil
      switch element {
      case Element.field: field = number
      case Element.status: status = number
      case Element.completed: command.completed = Int(number ?? 0)
      case Element.failed: command.failed = Int(number ?? 0)
      case Element.moveDestination:
        command.destination = DICOMTitle.read(bytes.extracting(position..<position + length))
      default: break
      }
      position += length
    }
    guard let field else { return nil }
    command.verb = verb(of: field & ~isAnswer)
    guard field & isAnswer != 0 else { return command }
    guard let status else { return nil }
    command.status = status
    return command
  }

  private static func verb(of field: UInt16) -> DICOMCommand.Verb {
    switch field {
    case 0x0001: .store
    case 0x0010: .get
    case 0x0020: .find
    case 0x0021: .move
    case 0x0030: .echo
    case 0x0100: .report
    case 0x0110: .inspect
    case 0x0120, 0x0140, 0x0150: .change
    case 0x0130: .action
    case 0x0FFF: .cancel
    default: .other
    }
  }
}

/// The name of an application in DICOM: 16 bytes, filled up with spaces, or by some senders with zero bytes.
enum DICOMTitle {
  static let length = 16

  static func read(_ bytes: Span<UInt8>) -> String {
    var (start, end) = (0, min(bytes.count, length))
    while start < end, bytes[start] <= 0x20 { start += 1 }
    while end > start, bytes[end - 1] <= 0x20 { end -= 1 }
    return bytes.extracting(start..<end).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }
}
