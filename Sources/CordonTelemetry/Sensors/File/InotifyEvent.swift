import Glibc

/// One event as inotify(7) writes it: pure decoding, bounded by the buffer.
package struct InotifyEvent: Hashable, Sendable {
  package static let attributes: UInt32 = 0x4
  package static let closeWrite: UInt32 = 0x8
  package static let open: UInt32 = 0x20
  package static let movedFrom: UInt32 = 0x40
  package static let movedTo: UInt32 = 0x80
  package static let create: UInt32 = 0x100
  package static let delete: UInt32 = 0x200
  package static let overflow: UInt32 = 0x4000
  /// The watch has ended: its folder is gone.
  package static let ended: UInt32 = 0x8000
  package static let onFolder: UInt32 = 0x4000_0000

  private static let headLength = 16

  /// Which watch, as the kernel numbered it.
  package var watch: Int32
  package var mask: UInt32
  /// The same in both halves of a rename.
  package var cookie: UInt32
  /// Raw bytes, without a slash; empty where it is the folder itself.
  package var name: [UInt8]

  /// All events of a buffer that read(2) filled, and whether all of it made sense.
  package static func decode(_ bytes: [UInt8]) -> (events: [InotifyEvent], isWhole: Bool) {
    var events: [InotifyEvent] = []
    var start = 0
    while start < bytes.count {
      guard start + headLength <= bytes.count else { return (events, false) }
      let length = Int(bytes.word32(at: start + 12))
      let end = start + headLength + length
      guard length <= Int(NAME_MAX) + headLength, end <= bytes.count else { return (events, false) }
      events.append(
        InotifyEvent(
          watch: Int32(bitPattern: bytes.word32(at: start)), mask: bytes.word32(at: start + 4),
          cookie: bytes.word32(at: start + 8), name: Array(bytes[(start + headLength)..<end].prefix { $0 != 0 })))
      start = end
    }
    return (events, true)
  }
}
