import CordonCore

/// One message of PostgreSQL's, and what its line says around it.
struct PostgreSQLMessage {
  enum Severity {
    case log, error, fatal, other

    static func of(_ word: ArraySlice<UInt8>) -> Severity {
      switch String(decoding: word.prefix(8), as: UTF8.self) {
      case "LOG": .log
      case "ERROR": .error
      case "FATAL": .fatal
      default: .other
      }
    }
  }

  var stamp: SyslogLine.Stamp
  var user = ""
  var origin = ""
  var severity = Severity.other
  /// SQLSTATE; empty where the form of the log has none.
  var state: [UInt8] = []
  var detail: [UInt8] = []

  /// Columns of pgaudit's own line.
  private static let auditColumns = 10

  init(at stamp: SyslogLine.Stamp) { self.stamp = stamp }

  func read(_ message: Span<UInt8>) -> DataEvent.Reading {
    switch severity {
    case .log:
      if message.has("AUDIT: ", at: 0) { return readAudit(message.extracting(7..<message.count)) }
      return message.has("connection authorized: user=", at: 0) ? told(.logOn, failed: false) : .other
    case .error:
      // 42501: insufficient privilege. Whatever the words are in the server's language, the state is the same.
      let isRefused = state == Array("42501".utf8) || state.isEmpty && message.has("permission denied", at: 0)
      return isRefused ? told(.access(.read), failed: true) : .other
    case .fatal: return readRefusal(message)
    case .other: return .other
    }
  }

  private func told(_ kind: DataEvent.Kind, failed: Bool) -> DataEvent.Reading {
    var event = DataEvent(kind, at: stamp)
    event.isFailure = failed
    event.user = user
    event.origin = origin
    return .event(event)
  }

  /// `password authentication failed for user "ann"`, by whatever method; `role "x" does not exist`.
  private func readRefusal(_ message: Span<UInt8>) -> DataEvent.Reading {
    let whole = 0..<message.count
    let isUnknown = message.has("role \"", at: 0)
    guard isUnknown || message.position(of: " authentication failed for user \"", in: whole) != nil,
      let quote = message.first(of: 0x22, in: whole),
      let end = message.lastPosition(of: "\"", in: whole), end > quote
    else { return .other }
    var event = DataEvent(.logOn, at: stamp)
    event.isFailure = true
    event.user = message.text(in: (quote + 1)..<end)
    event.origin = origin
    event.isOfNobody = isUnknown || detail.starts(with: "Role \"".utf8)
    return .event(event)
  }

  /// `SESSION,1,1,READ,SELECT,TABLE,public.patient,"select …",<not logged>,9`; of a statement that is cut, the beginning.
  private func readAudit(_ line: Span<UInt8>) -> DataEvent.Reading {
    let columns = CSVColumns.cut(line, most: Self.auditColumns)
    guard columns.count >= 7, columns[0] == Array("SESSION".utf8) || columns[0] == Array("OBJECT".utf8) else {
      return .malformed
    }
    let object = columns[6]
    guard !object.starts(with: "pg_catalog.".utf8), !object.starts(with: "information_schema.".utf8),
      let act = Self.act(String(decoding: columns[3], as: UTF8.self), String(decoding: columns[4], as: UTF8.self))
    else { return .other }
    var event = DataEvent(.access(act), at: stamp)
    event.user = user
    event.origin = origin
    event.object = object
    if columns.count == Self.auditColumns { event.rows = UInt64(String(decoding: columns[9], as: UTF8.self)) ?? 0 }
    return .event(event)
  }

  /// By pgaudit's class, and within WRITE by the command.
  private static func act(_ class: String, _ command: String) -> DataAccess.Act? {
    switch `class` {
    case "READ": .read
    case "WRITE": command == "DELETE" || command == "TRUNCATE TABLE" ? .remove : .write
    case "DDL", "ROLE": .administer
    default: nil
    }
  }
}
