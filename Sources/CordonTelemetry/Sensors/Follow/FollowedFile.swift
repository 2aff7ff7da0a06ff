import CLinux
import Glibc

/// One file that grows: read from where it was left, over rotation, truncation and replacement.
///
/// - Renamed or deleted, and another made under its name: the old one is read to its end first.
/// - Truncated, or written anew in place (its beginning is another): read from the beginning; the unfinished record is
///   counted as dropped. What was cut off before it was read is told by `takeLost`, for a copy of it may be there.
/// - A link, a folder, a device: never opened, so that nobody can make root read another file for them.
struct FollowedFile<Framer: RecordFramer> {
  /// Bytes read at a time.
  static var chunk: Int { 64 << 10 }
  /// Bytes of the beginning by which a file is known again.
  static var headLimit: Int { 256 }
  /// Looks without growth after which a file of a folder is closed.
  static var idleLimit: Int { 120 }

  enum Look: Hashable {
    /// As far as it goes now.
    case read
    /// More may follow at once.
    case more
    case missing
    /// No regular file, or one that may not be read.
    case refused
  }

  /// What of the file was out of sight when it was changed.
  enum Lost: Hashable {
    /// Renamed or deleted while it was closed.
    case renamed
    /// Cut off behind what was read.
    case cutOff(LogPositions.Position)
  }

  let path: String
  private let isMarked: Bool
  private var lost: Lost?
  private var identity: LogPositions.Identity?
  private var descriptor: Int32 = -1
  private var offset: Int64 = 0
  private var headLength = 0
  private var head: UInt64 = 0
  private var framer: Framer
  private var idle = 0
  /// When the file was last written to, as far as it has been read.
  private var written: (seconds: Int, nanoseconds: Int)?
  private var reported: UInt64 = 0

  /// - Parameters:
  ///   - framer: one that has read nothing.
  ///   - isMarked: whether the queue is told how far the file was read.
  init(path: String, framer: Framer, isMarked: Bool) {
    self.path = path
    self.framer = framer
    self.isMarked = isMarked
  }

  /// One that was followed before, maybe under another name.
  init(_ unread: RotatedFiles.Unread, framer: Framer, isMarked: Bool) {
    self.init(path: unread.path, framer: framer, isMarked: isMarked)
    guard let position = unread.position else { return }
    identity = unread.identity
    take(position)
  }

  /// What went out of sight since the last call.
  mutating func takeLost() -> Lost? {
    defer { lost = nil }
    return lost
  }

  /// Hands on what waits, of a file that will not grow any more.
  mutating func end(_ queue: RecordQueue, _ positions: inout LogPositions) {
    finish(queue, &positions)
    report(to: queue)
    close()
  }

  /// Reads what has come, one chunk at most.
  mutating func look(into queue: RecordQueue, _ positions: inout LogPositions, _ buffer: inout [UInt8]) -> Look {
    defer { report(to: queue) }
    var found = stat()
    guard lstat(path, &found) == 0 else { return leave(queue, &positions, &buffer) ?? .missing }
    guard found.st_mode & S_IFMT == S_IFREG else { return leave(queue, &positions, &buffer) ?? .refused }
    let current = LogPositions.Identity(device: UInt64(found.st_dev), inode: UInt64(found.st_ino))
    if let identity, identity != current, let look = leave(queue, &positions, &buffer) { return look }
    if identity == nil { begin(current, positions) }
    if descriptor < 0 {
      if let written, written == (found.st_mtim.tv_sec, found.st_mtim.tv_nsec), Int64(found.st_size) == offset {
        return .read
      }
      guard open(current) else { return .refused }
      written = nil
    }
    defer { written = (found.st_mtim.tv_sec, found.st_mtim.tv_nsec) }
    return read(Int64(found.st_size), queue, &positions, &buffer)
  }

  /// Gives the descriptor back.
  mutating func close() {
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
  }

  private mutating func begin(_ current: LogPositions.Identity, _ positions: LogPositions) {
    identity = current
    take(positions[current] ?? LogPositions.Position(offset: 0, headLength: 0, head: 0))
  }

  private mutating func take(_ position: LogPositions.Position) {
    offset = position.offset
    headLength = position.headLength
    head = position.head
  }

  private mutating func open(_ expected: LogPositions.Identity) -> Bool {
    let opened = Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard opened >= 0 else { return false }
    var found = stat()
    guard fstat(opened, &found) == 0, found.st_mode & S_IFMT == S_IFREG,
      UInt64(found.st_dev) == expected.device, UInt64(found.st_ino) == expected.inode
    else {
      // Another one meanwhile: the next look finds out.
      Glibc.close(opened)
      return false
    }
    descriptor = opened
    // A table's head stands at the beginning, whatever has been read of the rest.
    if offset > 0, framer.pending == 0, let beginning = headBytes(Self.chunk) { framer.resume(after: beginning) }
    return true
  }

  private mutating func read(
    _ size: Int64, _ queue: RecordQueue, _ positions: inout LogPositions, _ buffer: inout [UInt8]
  ) -> Look {
    if size < offset || ((size > offset || written == nil) && !beginsAsKnown()) { beginAnew() }
    let count = pread(descriptor, &buffer, Self.chunk, off_t(offset))
    guard count > 0 else {
      idle += 1
      return .read
    }
    idle = 0
    if headLength < Self.headLimit, offset <= Int64(headLength) { learnHead() }
    offset += Int64(count)
    for record in framer.take(buffer[..<count]) { queue.offer(record) }
    remember(queue, &positions)
    return count == Self.chunk ? .more : .read
  }

  /// Reads the old file to its end, one chunk a look; nil once that is done.
  private mutating func leave(
    _ queue: RecordQueue, _ positions: inout LogPositions, _ buffer: inout [UInt8]
  ) -> Look? {
    if descriptor >= 0 {
      var found = stat()
      // It may have been cut off, too, before it was renamed.
      if fstat(descriptor, &found) == 0, Int64(found.st_size) != offset || !beginsAsKnown() {
        let before = offset
        _ = read(Int64(found.st_size), queue, &positions, &buffer)
        if offset != before { return .more }
      }
      finish(queue, &positions)
    } else if identity != nil {
      lost = .renamed
    }
    close()
    identity = nil
    written = nil
    offset = 0
    headLength = 0
    return nil
  }

  /// The unfinished record, and where the file was left.
  private mutating func finish(_ queue: RecordQueue, _ positions: inout LogPositions) {
    if let last = framer.finish() { queue.offer(last) }
    remember(queue, &positions)
  }

  private mutating func beginAnew() {
    let unfinished = Int64(framer.pending)
    lost = .cutOff(LogPositions.Position(offset: offset - unfinished, headLength: headLength, head: head))
    framer.reset(losing: true)
    offset = 0
    headLength = 0
  }

  private mutating func learnHead() {
    guard let bytes = headBytes(Self.headLimit) else { return }
    headLength = bytes.count
    head = LogPositions.fingerprint(bytes[...])
  }

  private func beginsAsKnown() -> Bool {
    guard headLength > 0 else { return offset == 0 }
    guard let bytes = headBytes(headLength) else { return false }
    return bytes.count == headLength && LogPositions.fingerprint(bytes[...]) == head
  }

  private func headBytes(_ most: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: most)
    let count = pread(descriptor, &bytes, most, 0)
    return count < 0 ? nil : Array(bytes[..<count])
  }

  private func remember(_ queue: RecordQueue, _ positions: inout LogPositions) {
    guard let identity else { return }
    let position = LogPositions.Position(
      offset: offset - Int64(framer.pending), headLength: headLength, head: head)
    guard positions[identity] != position else { return }
    positions[identity] = position
    if isMarked { queue.mark(LogPositions.encoded(position, of: identity)) }
  }

  /// Closes a file of a folder that has not grown for long; it is opened again when it does.
  mutating func rest() {
    guard descriptor >= 0, idle >= Self.idleLimit, framer.pending == 0 else { return }
    close()
  }

  private mutating func report(to queue: RecordQueue) {
    queue.countDropped(framer.dropped - reported)
    reported = framer.dropped
  }
}
