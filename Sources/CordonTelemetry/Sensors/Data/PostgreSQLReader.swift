import CordonCore

/// Lines of PostgreSQL's log, in whichever form it writes them: stderr, csvlog, jsonlog, or syslog.
///
/// A statement may hold line ends, and behind them whatever a user wants to be read as the server's own line. PostgreSQL
/// indents them in stderr, escapes them in jsonlog, numbers them in syslog; in csvlog they stand as they are, so that
/// lines within an open quote are passed over, `openLimit` of them at most.
struct PostgreSQLReader: Sendable {
  /// Lines of one record of csvlog.
  static let openLimit = 4096
  /// Columns of csvlog up to the hint behind message and detail.
  private static let columns = 15

  private enum Field: Int {
    case time, user, host, severity, state, message, detail
  }

  private static let tree = FieldTree(
    [
      ("timestamp", Field.time), ("user", .user), ("remote_host", .host), ("error_severity", .severity),
      ("state_code", .state), ("message", .message), ("detail", .detail),
    ].map { ($0.0, $0.1.rawValue) })

  private var fields = RecordFields(tree)
  /// Lines so far of a record of csvlog whose quote has not been closed; 0: none is open.
  private var linesOpen = 0

  mutating func read(_ line: [UInt8]) -> DataEvent.Reading {
    if linesOpen == 0, line.first == UInt8(ascii: "{") { return readJSON(line) }
    let bytes = line.span
    if linesOpen > 0 {
      linesOpen = Self.leavesQuoteOpen(bytes) || linesOpen >= Self.openLimit ? 0 : linesOpen + 1
      return .other
    }
    // Indented: the rest of a statement.
    if line.first == 0x09 { return .other }
    guard let (stamp, end) = ServerStamp.dashed(bytes, at: 0) else { return Self.readSyslog(bytes) }
    let isTable = end < bytes.count && bytes[end] == UInt8(ascii: ",")
    return isTable ? readColumns(bytes, stamp) : Self.readPlain(bytes, stamp, end..<bytes.count)
  }

  // MARK: jsonlog

  private mutating func readJSON(_ line: [UInt8]) -> DataEvent.Reading {
    guard fields.readJSON(line), let time = fields.content(Field.time.rawValue),
      let (stamp, _) = ServerStamp.dashed(time.span, at: 0)
    else { return .malformed }
    var said = PostgreSQLMessage(at: stamp)
    said.user = fields.text(Field.user.rawValue, most: CanonicalName.partLimit) ?? ""
    said.origin = fields.text(Field.host.rawValue, most: CanonicalName.partLimit) ?? ""
    said.severity = .of(fields.raw(Field.severity.rawValue))
    said.state = Array(fields.raw(Field.state.rawValue))
    said.detail = fields.content(Field.detail.rawValue) ?? []
    let message = fields.content(Field.message.rawValue) ?? []
    return said.read(message.span)
  }

  // MARK: csvlog

  private mutating func readColumns(_ bytes: Span<UInt8>, _ stamp: SyslogLine.Stamp) -> DataEvent.Reading {
    if Self.leavesQuoteOpen(bytes) { linesOpen = 1 }
    let columns = CSVColumns.cut(bytes, most: Self.columns)
    guard columns.count > 13 else { return .malformed }
    var said = PostgreSQLMessage(at: stamp)
    said.user = String(decoding: columns[1], as: UTF8.self)
    // `10.0.0.7:50638`, `[::1]:50638` or `[local]`.
    let peer = columns[4]
    said.origin = String(decoding: peer[..<(peer.lastIndex(of: UInt8(ascii: ":")) ?? peer.endIndex)], as: UTF8.self)
    said.severity = .of(columns[11][...])
    said.state = columns[12]
    if columns.count > 14 { said.detail = columns[14] }
    let message = columns[13]
    return said.read(message.span)
  }

  private static func leavesQuoteOpen(_ bytes: Span<UInt8>) -> Bool {
    var isOpen = false
    for index in bytes.indices where bytes[index] == 0x22 { isOpen.toggle() }
    return isOpen
  }

  // MARK: stderr and syslog

  /// Behind `Nov 26 02:15:19 db postgres[19258]: [5-1] `: the same as in stderr, with a time of its own or without.
  private static func readSyslog(_ bytes: Span<UInt8>) -> DataEvent.Reading {
    guard let line = SyslogLine.read(bytes), bytes.has("postgres", at: line.program.lowerBound) else {
      return .malformed
    }
    var message = line.message
    let bytes = bytes.extracting(0..<message.upperBound)
    if !message.isEmpty, bytes[message.lowerBound] == UInt8(ascii: "["),
      let close = bytes.position(of: "] ", in: message)
    {
      // `[5-2]` goes on with what `[5-1]` began.
      guard bytes.has("-1", at: close - 2) else { return .other }
      message = (close + 2)..<message.upperBound
    }
    return readPlain(bytes, line.stamp, message)
  }

  /// Behind the time: what `log_line_prefix` says, the severity and the message.
  private static func readPlain(_ bytes: Span<UInt8>, _ stamp: SyslogLine.Stamp, _ rest: Range<Int>)
    -> DataEvent.Reading
  {
    guard let colon = bytes.position(of: ":  ", in: rest) else { return .other }
    var start = colon
    while start > rest.lowerBound, (0x41...0x5A).contains(bytes[start - 1]) { start -= 1 }
    guard start < colon else { return .other }
    var said = PostgreSQLMessage(at: stamp)
    said.severity = .of(Array(bytes.text(in: start..<colon).utf8)[...])
    let prefix = bytes.trimmed(rest.lowerBound..<start)
    said.user = value(of: "user=", bytes, prefix) ?? beforeDatabase(bytes, prefix)
    said.origin = value(of: "client=", bytes, prefix) ?? value(of: "host=", bytes, prefix) ?? ""
    let message = bytes.extracting((colon + 3)..<bytes.count)
    return said.read(message)
  }

  /// `user=ann,db=clinic`
  private static func value(of key: StaticString, _ bytes: Span<UInt8>, _ prefix: Range<Int>) -> String? {
    guard let start = bytes.position(of: key, in: prefix) else { return nil }
    let first = start + key.utf8CodeUnitCount
    var end = first
    while end < prefix.upperBound, bytes[end] != 0x20, bytes[end] != UInt8(ascii: ",") { end += 1 }
    return bytes.text(in: first..<end)
  }

  /// Debian's `ann@clinic`, the prefix's last word.
  private static func beforeDatabase(_ bytes: Span<UInt8>, _ prefix: Range<Int>) -> String {
    let space = bytes.lastPosition(of: " ", in: prefix)
    let word = (space.map { $0 + 1 } ?? prefix.lowerBound)..<prefix.upperBound
    guard let at = bytes.lastPosition(of: "@", in: word) else { return "" }
    return bytes.text(in: word.lowerBound..<at)
  }
}
