import Glibc

/// How far files have been read, by device and inode, with a fingerprint of each file's beginning.
///
/// An inode is given to another file one day: the fingerprint tells. Bounded: the `limit` files used last.
package struct LogPositions: Hashable, Sendable {
  package static let limit = 4096
  /// Bytes of the file that holds them.
  static let fileLimit = 1 << 20

  /// One file among all of the machine's.
  struct Identity: Hashable, Sendable {
    var device: UInt64
    var inode: UInt64
  }

  struct Position: Hashable, Sendable {
    /// Bytes read and handed on; where an unfinished record begins.
    var offset: Int64
    /// Bytes of the beginning that the fingerprint is over.
    var headLength: Int
    /// FNV-1a, 64 bits: against mistakes, not against people.
    var head: UInt64

    /// Of a file of which nothing was read.
    static let beginning = Position(offset: 0, headLength: 0, head: 0)
  }

  /// Something is not on disk yet.
  package var isChanged = false
  private var positions: [Identity: Position] = [:]
  /// Oldest use first.
  private var order: [Identity] = []

  package init() {}

  /// From a file that holds what `encoded` gave.
  init(loadedFrom path: String) {
    guard let bytes = try? SmallFile.read(path, most: Self.fileLimit) else { return }
    take(bytes)
    isChanged = false
  }

  package init(_ bytes: [UInt8]) { take(bytes) }

  /// Takes over what `encoded` gave, of some files or of all; a line that is damaged is left out.
  package mutating func take(_ bytes: [UInt8]) {
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count == 5, let device = UInt64(fields[0]), let inode = UInt64(fields[1]),
        let offset = Int64(fields[2]), offset >= 0, let length = Int(fields[3]), (0...256).contains(length),
        let head = UInt64(fields[4], radix: 16)
      else { continue }
      self[Identity(device: device, inode: inode)] = Position(offset: offset, headLength: length, head: head)
    }
  }

  /// One line a file.
  package var encoded: [UInt8] {
    order.flatMap { identity in positions[identity].map { Self.encoded($0, of: identity) } ?? [] }
  }

  /// The line of one file.
  static func encoded(_ position: Position, of identity: Identity) -> [UInt8] {
    let head = String(position.head, radix: 16)
    return Array(
      "\(identity.device) \(identity.inode) \(position.offset) \(position.headLength) \(head)\n".utf8)
  }

  /// Of all files, in no order.
  var all: some Collection<Position> { positions.values }

  subscript(identity: Identity) -> Position? {
    get { positions[identity] }
    set {
      guard newValue != positions[identity] else { return }
      isChanged = true
      order.removeAll { $0 == identity }
      positions[identity] = newValue
      guard newValue != nil else { return }
      order.append(identity)
      if order.count > Self.limit { positions[order.removeFirst()] = nil }
    }
  }

  /// Notes a file as read to its end; does nothing where there is no such file.
  ///
  /// - Returns: the line of the file, as `encoded` has it; empty where nothing was noted.
  @discardableResult
  mutating func skip(to path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var found = stat()
    var head = [UInt8](repeating: 0, count: FollowedFile<LineFramer>.headLimit)
    guard fstat(descriptor, &found) == 0, found.st_mode & S_IFMT == S_IFREG, found.st_size > 0 else { return [] }
    let length = pread(descriptor, &head, min(head.count, Int(found.st_size)), 0)
    guard length > 0 else { return [] }
    let identity = Identity(device: UInt64(found.st_dev), inode: UInt64(found.st_ino))
    let position = Position(
      offset: Int64(found.st_size), headLength: length, head: Self.fingerprint(head[..<length]))
    self[identity] = position
    return Self.encoded(position, of: identity)
  }

  static func fingerprint(_ bytes: ArraySlice<UInt8>) -> UInt64 { fingerprints(bytes).last ?? 0 }

  /// Of the first byte, of the first two, and so on.
  static func fingerprints(_ bytes: ArraySlice<UInt8>) -> [UInt64] {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    return bytes.map { byte in
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
      return hash
    }
  }
}
