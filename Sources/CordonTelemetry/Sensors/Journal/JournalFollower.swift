import CordonCore
import Glibc

/// Reads systemd's journal as it grows; a restart goes on behind the last entry that was handed on.
///
/// A record is one entry, as JSON. Where the reader ends by itself, it is started again after a while, behind the same
/// entry. While the queue is half full nothing is read, and the reader waits.
struct JournalFollower: ~Copyable {
  /// Bytes read at a time.
  private static let chunk = 64 << 10
  private static let savingInterval = Duration.seconds(2)
  /// Between the ends of readers and the starts of the next.
  private static let shortestWait = Duration.seconds(1)
  private static let longestWait = Duration.seconds(60)

  private let settings: JournalSettings
  private let positions: String?
  private let since: Timestamp
  private var cursor: JournalCursor?
  private var saved: JournalCursor?
  private var lastSaving = ContinuousClock.now

  /// - Parameters:
  ///   - positions: a file that keeps the last entry's cursor; nil: a restart begins at its own moment.
  ///   - since: without a cursor, entries from this moment on are read.
  init(_ settings: JournalSettings, positions: String?, since: Timestamp) {
    self.settings = settings
    self.positions = positions
    self.since = since
    cursor = positions.flatMap { try? SmallFile.read($0, most: JournalCursor.limit) }.flatMap { JournalCursor($0[...]) }
    saved = cursor
  }

  /// Until the thread is to end; tells what there is to be said whenever it changes.
  mutating func run(into queue: RecordQueue, stop: Int32, say: (String?) -> Void) {
    var wait = Self.shortestWait
    while true {
      let before = ContinuousClock.now
      do throws(CordonError) {
        let program = try JournalProgram(settings, after: cursor?.text, since: since)
        say(nil)
        guard follow(program, into: queue, stop: stop) else { return save() }
        say("The journal's reader ended, and is started again.")
      } catch {
        say(error.description)
      }
      save()
      wait = ContinuousClock.now - before > Self.longestWait ? Self.shortestWait : min(wait * 2, Self.longestWait)
      guard BlockingThread.rest(stop: stop, for: wait) else { return }
    }
  }

  /// True where the reader has ended, false where the thread is to.
  private mutating func follow(_ program: borrowing JournalProgram, into queue: RecordQueue, stop: Int32) -> Bool {
    var framer = LineFramer()
    var buffer = [UInt8](repeating: 0, count: Self.chunk)
    var reported: UInt64 = 0
    while true {
      if ContinuousClock.now - lastSaving >= Self.savingInterval { save() }
      guard queue.hasRoom else {
        guard BlockingThread.rest(stop: stop, for: .milliseconds(50)) else { return false }
        continue
      }
      let (isReadable, goesOn) = BlockingThread.waitReadable(program.output, stop: stop, timeout: Self.savingInterval)
      guard goesOn else { return false }
      guard isReadable else { continue }
      let count = read(program.output, &buffer, buffer.count)
      if count < 0, errno == EAGAIN || errno == EINTR { continue }
      guard count > 0 else { return true }
      for line in framer.take(buffer[..<count]) {
        queue.offer(line)
        if let found = JournalCursor(ofEntry: line) { cursor = found }
      }
      queue.countDropped(framer.dropped - reported)
      reported = framer.dropped
    }
  }

  private mutating func save() {
    lastSaving = .now
    guard let positions, let cursor, cursor != saved else { return }
    guard (try? SmallFile.replace(positions, with: Array(cursor.text.utf8))) != nil else { return }
    saved = cursor
  }
}

/// Where in the journal an entry is, in systemd's words: letters, digits, `=` and `;` alone.
struct JournalCursor: Hashable, Sendable {
  /// Bytes; systemd's have some 130.
  static let limit = 256
  private static let key = Array("\"__CURSOR\":\"".utf8)

  let text: String

  init?(_ bytes: ArraySlice<UInt8>) {
    guard (1...Self.limit).contains(bytes.count), bytes.allSatisfy(Self.isAllowed) else { return nil }
    text = String(decoding: bytes, as: UTF8.self)
  }

  /// Of an entry in JSON. Within a text the key cannot stand like this, for its quotes would be escaped there.
  init?(ofEntry line: [UInt8]) {
    let span = line.span
    var position = 0
    let last = span.count - Self.key.count
    while position <= last {
      if span[position] == Self.key[0], line[position..<(position + Self.key.count)].elementsEqual(Self.key) {
        let start = position + Self.key.count
        guard let end = span.first(of: UInt8(ascii: "\""), in: start..<min(span.count, start + Self.limit + 1)) else {
          return nil
        }
        self.init(line[start..<end])
        return
      }
      position += 1
    }
    return nil
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    ASCIICase.isAlphanumeric(byte) || byte == UInt8(ascii: "=") || byte == UInt8(ascii: ";")
  }
}
