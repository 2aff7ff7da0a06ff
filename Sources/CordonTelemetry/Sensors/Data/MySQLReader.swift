import CordonCore

/// Lines of MariaDB's and MySQL's server_audit plugin, from its own file or by way of syslog.
///
/// `20261126 02:16:00,db,ann,10.0.0.7,4,8,READ,clinic,patient,`: time, server, user, client, connection, query,
/// operation, database, object, result. Nothing but the statement is quoted, and whoever fails to log on chose the name:
/// a line with commas in a name has other columns than these, and is refused.
enum MySQLReader {
  private static let columns = 10
  /// Results that are refusals: access to a database, to a server from a host, to a table, to a column, to a command.
  private static let refusals: Set<Int> = [1044, 1045, 1142, 1143, 1227, 1370]

  static func read(_ line: Span<UInt8>) -> DataEvent.Reading {
    let stamp: SyslogLine.Stamp
    let start: Int
    if let comma = line.first(of: UInt8(ascii: ","), in: 0..<min(line.count, 18)),
      let found = ServerStamp.compact(line, in: 0..<comma)
    {
      stamp = found
      start = comma + 1
    } else if let syslog = SyslogLine.read(line), line.equals("mysql-server_auditing", in: syslog.program) {
      stamp = syslog.stamp
      start = syslog.message.lowerBound
    } else {
      return .malformed
    }
    let parts = cut(line, from: start)
    // The time is no column here.
    guard parts.count >= columns - 1, let operation = parts.count > 5 ? parts[5] : nil,
      line.number(in: parts[3]) != nil, line.number(in: parts[4]) != nil
    else { return .malformed }
    var event = DataEvent(.logOn, at: stamp)
    event.user = line.text(in: parts[1])
    event.origin = line.text(in: parts[2])
    if line.equals("QUERY", in: operation) { return readQuery(event, line, parts) }
    guard parts.count == columns - 1 else { return .malformed }
    if line.equals("CONNECT", in: operation) || line.equals("FAILED_CONNECT", in: operation) {
      event.isFailure = line.number(in: parts[8]) != 0
      return .event(event)
    }
    guard let act = act(line, operation) else { return .other }
    let database = line.text(in: parts[6])
    guard !["mysql", "information_schema", "performance_schema", "sys"].contains(database) else { return .other }
    event.kind = .access(act)
    event.object = Array("\(database).\(line.text(in: parts[7]))".utf8)
    return .event(event)
  }

  /// Of a statement alone its result is read, the line's last number: what it used, other lines tell.
  private static func readQuery(_ event: DataEvent, _ line: Span<UInt8>, _ parts: [Range<Int>]) -> DataEvent.Reading {
    guard line.has("'", at: parts[7].lowerBound), let comma = line.lastPosition(of: "',", in: 0..<line.count),
      let result = line.number(in: line.trimmed((comma + 2)..<line.count))
    else { return .malformed }
    guard refusals.contains(result) else { return .other }
    var event = event
    event.kind = .access(.read)
    event.isFailure = true
    return .event(event)
  }

  private static func act(_ line: Span<UInt8>, _ operation: Range<Int>) -> DataAccess.Act? {
    if line.equals("READ", in: operation) { return .read }
    if line.equals("WRITE", in: operation) { return .write }
    for word: StaticString in ["CREATE", "ALTER", "RENAME", "DROP"] where line.equals(word, in: operation) {
      return .administer
    }
    return nil
  }

  private static func cut(_ line: Span<UInt8>, from start: Int) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var position = start
    // One more than there may be tells that there are too many.
    while parts.count < columns {
      let end = line.first(of: UInt8(ascii: ","), in: position..<line.count) ?? line.count
      parts.append(position..<end)
      guard end < line.count else { break }
      position = end + 1
    }
    return parts
  }
}
