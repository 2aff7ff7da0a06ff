/// Cuts a growing file into records: lines of NDJSON, resources over many lines, audit messages, syslog lines.
///
/// A record begins at the first byte that is not white space. `{` and more on the same line: it ends with the line, so
/// that a damaged one harms no other. `{` alone: it ends where the brackets match, over many lines. `<?xml`, `<AuditMessage`
/// and the like: behind `</AuditMessage>`. Anything else, syslog too: with the line. A record over `limit` is dropped,
/// counted, and passed over to the end of its line.
package struct EHRFramer: RecordFramer {
  /// Bytes of one record.
  package static let limit = 64 << 10

  private enum Form: Hashable { case line, object, message }

  package private(set) var dropped: UInt64 = 0

  private var waiting: [UInt8] = []
  private var form: Form?
  /// Where the search for the record's end goes on.
  private var searched = 0
  private var depth = 0
  private var isQuoted = false
  private var isEscaped = false
  private var skipsLine = false

  package init() {}

  package var pending: Int { waiting.count }

  package var repeated: Int { 0 }

  /// Records stand alone: nothing is to be learned from what came before.
  package mutating func resume(after beginning: [UInt8]) {}

  package mutating func take(_ bytes: ArraySlice<UInt8>) -> [[UInt8]] {
    waiting += bytes
    var records: [[UInt8]] = []
    var start = 0
    while let begin = beginning(from: start) {
      start = begin
      form = form ?? Self.form(of: waiting[begin...])
      // Also a bracket with nothing but white space behind it is given up at the limit.
      guard let form, let end = end(of: form, from: begin) else {
        guard waiting.count - begin > Self.limit else { break }
        giveUp()
        start = begin + Self.limit
        continue
      }
      if end - begin <= Self.limit { records.append(Array(waiting[begin..<end])) } else { dropped += 1 }
      reset()
      start = end
    }
    waiting.removeFirst(min(start, waiting.count))
    return records
  }

  package mutating func finish() -> [UInt8]? {
    defer {
      waiting = []
      skipsLine = false
      reset()
    }
    guard !skipsLine, let begin = beginning(from: 0) else { return nil }
    // An object on one line may just lack the line's end; the parser finds out.
    if form != .message, form != .object { return Array(waiting[begin...]) }
    dropped += 1
    return nil
  }

  package mutating func reset(losing: Bool) {
    if losing, beginning(from: 0) != nil { dropped += 1 }
    waiting = []
    skipsLine = false
    reset()
  }

  private mutating func reset() {
    form = nil
    searched = 0
    depth = 0
    isQuoted = false
    isEscaped = false
  }

  private mutating func giveUp() {
    dropped += 1
    skipsLine = true
    reset()
  }

  /// The first byte of the next record; nil where there is none yet.
  private mutating func beginning(from start: Int) -> Int? {
    guard form == nil else { return start }
    var position = start
    if skipsLine {
      guard let end = waiting[start...].firstIndex(of: 0x0A) else {
        waiting.removeLast(waiting.count - start)
        return nil
      }
      skipsLine = false
      position = end + 1
    }
    while position < waiting.count {
      switch waiting[position] {
      // White space, zero bytes, a byte-order mark.
      case 0...0x20, 0xEF, 0xBB, 0xBF: position += 1
      default: return position
      }
    }
    waiting.removeLast(waiting.count - start)
    return nil
  }

  /// Nil where more bytes are needed to tell.
  private static func form(of bytes: ArraySlice<UInt8>) -> Form? {
    let second = bytes.dropFirst().first
    switch bytes.first {
    case 0x7B:
      // Only white space until the line's end: it goes on below.
      guard let next = bytes.dropFirst().first(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { return nil }
      return next == 0x0A ? .object : .line
    case 0x3C:
      guard let second else { return nil }
      return (0x30...0x39).contains(second) ? .line : .message
    default: return .line
    }
  }

  private mutating func end(of form: Form, from begin: Int) -> Int? {
    switch form {
    case .line:
      guard let end = waiting[(begin + searched)...].firstIndex(of: 0x0A) else {
        searched = waiting.count - begin
        return nil
      }
      return end
    case .object: return endOfObject(from: begin)
    case .message: return endOfMessage(from: begin)
    }
  }

  private mutating func endOfObject(from begin: Int) -> Int? {
    var position = begin + searched
    defer { searched = position - begin }
    while position < waiting.count, position - begin <= Self.limit {
      let byte = waiting[position]
      position += 1
      if isEscaped {
        isEscaped = false
      } else if isQuoted {
        if byte == 0x5C { isEscaped = true } else if byte == 0x22 { isQuoted = false }
      } else if byte == 0x22 {
        isQuoted = true
      } else if byte == 0x7B {
        depth += 1
      } else if byte == 0x7D {
        depth -= 1
        if depth == 0 { return position }
      }
    }
    return nil
  }

  private static let messageEnd = Array("AuditMessage>".utf8)

  /// Behind `</AuditMessage>`, with whatever prefix the element has.
  private mutating func endOfMessage(from begin: Int) -> Int? {
    let mark = Self.messageEnd
    var position = begin + searched
    while position + mark.count <= waiting.count, position - begin <= Self.limit {
      if waiting[position] == mark[0], waiting[position..<(position + mark.count)].elementsEqual(mark),
        Self.isEndTag(waiting[begin..<position])
      {
        return position + mark.count
      }
      position += 1
    }
    searched = position - begin
    return nil
  }

  /// Whether `</` or `</prefix:` stands before.
  private static func isEndTag(_ before: ArraySlice<UInt8>) -> Bool {
    guard let bracket = before.suffix(34).lastIndex(of: 0x3C) else { return false }
    let tag = before[(bracket + 1)...]
    return tag.elementsEqual([0x2F]) || (tag.first == 0x2F && tag.last == 0x3A)
  }
}
