/// Numbers as pcap files and DICOM's command sets have them.
enum LittleEndian {
  static func bytes(_ number: UInt16) -> [UInt8] { [UInt8(number & 0xFF), UInt8(number >> 8)] }

  static func bytes(_ number: UInt32) -> [UInt8] {
    bytes(UInt16(truncatingIfNeeded: number)) + bytes(UInt16(number >> 16))
  }
}

/// Numbers as the network has them.
enum BigEndian {
  static func bytes(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }

  static func bytes(_ number: UInt32) -> [UInt8] {
    bytes(UInt16(number >> 16)) + bytes(UInt16(truncatingIfNeeded: number))
  }
}
