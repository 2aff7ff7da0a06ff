/// One event as fanotify(7) writes it, with FAN_REPORT_DFID_NAME or _TARGET: pure decoding, bounded by the buffer.
package struct FanotifyEvent: Hashable, Sendable {
  package static let access: UInt64 = 0x1
  package static let closeWrite: UInt64 = 0x8
  package static let open: UInt64 = 0x20
  package static let movedFrom: UInt64 = 0x40
  package static let movedTo: UInt64 = 0x80
  package static let create: UInt64 = 0x100
  package static let delete: UInt64 = 0x200
  package static let overflow: UInt64 = 0x4000
  package static let rename: UInt64 = 0x1000_0000
  package static let onFolder: UInt64 = 0x4000_0000

  /// A name within a folder, which is known by the file system's id and a handle.
  package struct Place: Hashable, Sendable {
    /// 8 bytes.
    package var filesystem: [UInt8]
    /// A struct file_handle: length, type, handle.
    package var folder: [UInt8]
    /// Raw bytes, without a slash.
    package var name: [UInt8]
  }

  package var mask: UInt64
  /// 0 where the process is outside the reader's namespace.
  package var pid: UInt32
  /// Where it happened; of a rename, where the file was.
  package var place: Place?
  /// Of a rename, where the file is now.
  package var newPlace: Place?
  /// The file itself, by file system id and handle.
  package var file: (filesystem: [UInt8], handle: [UInt8])? {
    guard let fileHandle, let fileFilesystem else { return nil }
    return (fileFilesystem, fileHandle)
  }

  private var fileHandle: [UInt8]?
  private var fileFilesystem: [UInt8]?

  private static let headLength = 24
  private static let version: UInt8 = 3

  /// All events of a buffer that read(2) filled, and whether all of it made sense.
  package static func decode(_ bytes: [UInt8]) -> (events: [FanotifyEvent], isWhole: Bool) {
    var events: [FanotifyEvent] = []
    var start = 0
    while start < bytes.count {
      guard start + headLength <= bytes.count else { return (events, false) }
      let length = Int(bytes.word32(at: start))
      let head = Int(bytes.word16(at: start + 6))
      guard bytes[start + 4] == version, head >= headLength, length >= head, start + length <= bytes.count else {
        return (events, false)
      }
      var event = FanotifyEvent(mask: bytes.word64(at: start + 8), pid: bytes.word32(at: start + 20))
      let isRead = event.readRecords(bytes, (start + head)..<(start + length))
      guard isRead else { return (events, false) }
      events.append(event)
      start += length
    }
    return (events, true)
  }

  private mutating func readRecords(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    var start = range.lowerBound
    while start < range.upperBound {
      guard start + 4 <= range.upperBound else { return false }
      let length = Int(bytes.word16(at: start + 2))
      guard length >= 4, start + length <= range.upperBound else { return false }
      let record = start..<(start + length)
      switch bytes[start] {
      case 1:
        guard let (filesystem, handle, _) = Self.readHandle(bytes, record) else { return false }
        (fileFilesystem, fileHandle) = (filesystem, handle)
      case 2, 10:
        guard let found = Self.readPlace(bytes, record) else { return false }
        place = found
      case 12:
        guard let found = Self.readPlace(bytes, record) else { return false }
        newPlace = found
      default: break
      }
      start += length
    }
    return true
  }

  private static func readHandle(
    _ bytes: [UInt8], _ record: Range<Int>
  ) -> (filesystem: [UInt8], handle: [UInt8], end: Int)? {
    let start = record.lowerBound + 4
    guard start + 16 <= record.upperBound else { return nil }
    let length = Int(bytes.word32(at: start + 8))
    // The kernel's MAX_HANDLE_SZ.
    guard length <= 128, start + 16 + length <= record.upperBound else { return nil }
    let end = start + 16 + length
    return (Array(bytes[start..<(start + 8)]), Array(bytes[(start + 8)..<end]), end)
  }

  private static func readPlace(_ bytes: [UInt8], _ record: Range<Int>) -> Place? {
    guard let (filesystem, folder, end) = readHandle(bytes, record) else { return nil }
    let name = bytes[end..<record.upperBound].prefix { $0 != 0 }
    return Place(filesystem: filesystem, folder: folder, name: Array(name))
  }

  private init(mask: UInt64, pid: UInt32) {
    self.mask = mask
    self.pid = pid
  }
}

extension [UInt8] {
  /// Little-endian numbers; the caller has checked the bounds.
  func word16(at index: Int) -> UInt16 { UInt16(self[index]) | UInt16(self[index + 1]) << 8 }

  func word32(at index: Int) -> UInt32 { UInt32(word16(at: index)) | UInt32(word16(at: index + 2)) << 16 }

  func word64(at index: Int) -> UInt64 { UInt64(word32(at: index)) | UInt64(word32(at: index + 4)) << 32 }
}
