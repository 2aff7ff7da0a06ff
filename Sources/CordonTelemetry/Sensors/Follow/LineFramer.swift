import Glibc

/// Cuts a log into its lines; those of a table bear the table's head, so that each can be read by itself.
///
/// A record is a line without its end, behind the lines of the head where there is one, each with its end. An empty line
/// is none. A line over `limit` is dropped, counted, and passed over.
package struct LineFramer: RecordFramer {
  /// Bytes of one record.
  package static let limit = 64 << 10
  /// Bytes of a head that are kept.
  package static let headLimit = 16 << 10

  /// What the head of a file is.
  package enum Head: Hashable, Sendable {
    case none
    /// Lines that begin with `#`, as Zeek writes them; `#separator` begins another head.
    case marked
    /// The first line, as CSV has it.
    case firstLine
  }

  package private(set) var dropped: UInt64 = 0

  private let kind: Head
  /// Stands before every head, with its line's end; empty where there is none.
  private let tag: [UInt8]
  private var head: [UInt8]
  private var waiting: [UInt8] = []
  private var skipsLine = false

  /// - Parameter tag: a first line of every record, by which a parser knows whose it is.
  package init(head: Head = .none, tag: String = "") {
    kind = head
    self.tag = tag.isEmpty ? [] : Array(tag.utf8) + [0x0A]
    self.head = self.tag
  }

  package var pending: Int { waiting.count }

  package var repeated: Int { head.count }

  package mutating func resume(after beginning: [UInt8]) {
    guard kind != .none else { return }
    // A file that rested is learned again.
    head = tag
    for line in beginning.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() where !line.isEmpty {
      guard keep(line) else { return }
    }
  }

  package mutating func take(_ bytes: ArraySlice<UInt8>) -> [[UInt8]] {
    var records: [[UInt8]] = []
    var start = bytes.startIndex
    while let end = Self.lineEnd(of: bytes, from: start) {
      defer { start = end + 1 }
      guard !skipsLine else {
        skipsLine = false
        continue
      }
      if waiting.isEmpty {
        add(bytes[start..<end], to: &records)
      } else {
        waiting += bytes[start..<end]
        add(waiting[...], to: &records)
        waiting.removeAll(keepingCapacity: true)
      }
    }
    guard !skipsLine else { return records }
    waiting += bytes[start...]
    if waiting.count > Self.limit {
      reset(losing: true)
      skipsLine = true
    }
    return records
  }

  package mutating func finish() -> [UInt8]? {
    var records: [[UInt8]] = []
    if !skipsLine { add(waiting[...], to: &records) }
    reset(losing: false)
    head = tag
    return records.first
  }

  package mutating func reset(losing: Bool) {
    if losing, !waiting.isEmpty { dropped += 1 }
    waiting = []
    skipsLine = false
    // What was cut off had the head too.
    if losing { head = tag }
  }

  private mutating func add(_ line: ArraySlice<UInt8>, to records: inout [[UInt8]]) {
    let line = line.last == 0x0D ? line.dropLast() : line
    guard !line.isEmpty, !keep(line) else { return }
    if head.count + line.count <= Self.limit { records.append(head + line) } else { dropped += 1 }
  }

  /// Takes a line into the head where it belongs there.
  private mutating func keep(_ line: ArraySlice<UInt8>) -> Bool {
    switch kind {
    case .none: return false
    case .firstLine: guard head.count == tag.count else { return false }
    case .marked:
      guard line.first == UInt8(ascii: "#") else { return false }
      if line.starts(with: "#separator".utf8) { head = tag }
    }
    if head.count + line.count < Self.headLimit { head += line + [0x0A] }
    return true
  }

  private static func lineEnd(of bytes: ArraySlice<UInt8>, from start: Int) -> Int? {
    guard start < bytes.endIndex else { return nil }
    return bytes[start...].withUnsafeBytes { line in
      memchr(line.baseAddress!, 0x0A, line.count).map { start + (line.baseAddress!.distance(to: $0)) }
    }
  }
}
