import CLinux
import Glibc

/// One file that grows: read from where it was left, over rotation, truncation and replacement.
///
/// - Renamed or deleted, and another made under its name: the old one is read to its end first.
/// - Truncated, or written anew in place (its beginning is another): read from the beginning; the unfinished record is
///   counted as dropped.
/// - Where more may have come and gone than it saw, it says so by `takeUnseen`. One that was cut off is not read on before:
///   until its copy is read, the copy is known by nothing but where the file itself was left.
/// - A link, a folder, a device: never opened, so that nobody can make root read another file for them.
struct FollowedFile<Framer: RecordFramer> {
  /// Bytes read at a time: half as many records, or fewer, which a queue that is half empty takes.
  static var chunk: Int { RecordQueue.recordLimit }
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

  let path: String
  private let isMarked: Bool
  /// Read to its end and no further: under its name may soon be another.
  private var isRotated: Bool
  private var isUnseen = false
  private(set) var identity: LogPositions.Identity?
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
    isRotated = false
  }

  /// One that was followed before, maybe under another name.
  init(_ unread: RotatedFiles.Unread, framer: Framer, isMarked: Bool) {
    path = unread.path
    self.framer = framer
    self.isMarked = isMarked
    isRotated = true
    identity = unread.identity
    take(unread.position ?? .beginning)
  }

  /// Whether, since the last call, something may have come and gone out of sight.
  mutating func takeUnseen() -> Bool {
    defer { isUnseen = false }
    return isUnseen
  }

  /// It is no longer followed: what is left of it is read.
  mutating func retire() { isRotated = true }

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
    if let identity, identity != current {
      return leave(queue, &positions, &buffer) ?? (isRotated ? .missing : .more)
    }
    if identity == nil { begin(current, queue, &positions) }
    let modified = (found.st_mtim.tv_sec, found.st_mtim.tv_nsec)
    if descriptor < 0 {
      if let written, written == modified, Int64(found.st_size) == offset { return .read }
      guard open(current) else { return .refused }
      written = nil
    }
    let isTouched = written.map { $0 != modified } ?? true
    // What filled an empty file for a moment may be gone.
    if offset == 0, isTouched, written != nil { isUnseen = true }
    defer { written = modified }
    return read(Int64(found.st_size), isTouched: isTouched, queue, &positions, &buffer)
  }

  /// Gives the descriptor back.
  mutating func close() {
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
  }

  /// A new file is noted as such while nothing of it is read: then it is known also when it is renamed.
  private mutating func begin(
    _ current: LogPositions.Identity, _ queue: RecordQueue, _ positions: inout LogPositions
  ) {
    identity = current
    isUnseen = positions[current] == nil
    take(positions[current] ?? .beginning)
    handOn([], queue, &positions)
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
    _ size: Int64, isTouched: Bool, _ queue: RecordQueue, _ positions: inout LogPositions, _ buffer: inout [UInt8]
  ) -> Look {
    if size < offset || (isTouched && !beginsAsKnown()) {
      beginAnew()
      return .more
    }
    let most = min(Self.chunk, max(1, RecordQueue.byteLimit / 2 / max(1, framer.repeated)))
    let count = pread(descriptor, &buffer, most, off_t(offset))
    guard count > 0 else {
      idle += 1
      return .read
    }
    idle = 0
    if headLength < Self.headLimit, offset <= Int64(headLength) { learnHead() }
    offset += Int64(count)
    let records = framer.take(buffer[..<count])
    handOn(records, queue, &positions)
    return count == most ? .more : .read
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
        _ = read(Int64(found.st_size), isTouched: true, queue, &positions, &buffer)
        if offset != before { return .more }
      }
      finish(queue, &positions)
    }
    if identity != nil { isUnseen = true }
    close()
    identity = nil
    written = nil
    offset = 0
    headLength = 0
    return nil
  }

  /// The unfinished record, and where the file was left.
  private mutating func finish(_ queue: RecordQueue, _ positions: inout LogPositions) {
    let last = framer.finish()
    handOn(last.map { [$0] } ?? [], queue, &positions)
  }

  /// The positions still say where the file was left, by which its copy is found.
  private mutating func beginAnew() {
    isUnseen = true
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

  /// Records, and in one with them how far the file has been read.
  private func handOn(_ records: [[UInt8]], _ queue: RecordQueue, _ positions: inout LogPositions) {
    guard let identity else { return }
    let position = LogPositions.Position(
      offset: offset - Int64(framer.pending), headLength: headLength, head: head)
    let isMoved = positions[identity] != position
    positions[identity] = position
    if isMarked, isMoved || !records.isEmpty {
      queue.offer(records, mark: LogPositions.encoded(position, of: identity))
    } else {
      records.forEach(queue.offer)
    }
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
