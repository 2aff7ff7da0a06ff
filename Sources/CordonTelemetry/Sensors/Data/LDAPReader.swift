import CordonCore

/// Lines of OpenLDAP's slapd at level `stats`, from its own log or by way of syslog: who bound, who searched and changed.
///
/// A connection's lines belong together by their `conn=` and `op=`: what was asked stands in one line, how it ended in a
/// later one. `connectionLimit` connections in each of two generations are remembered, `pendingLimit` requests of each.
struct LDAPReader: Sendable {
  static let connectionLimit = 2048
  static let pendingLimit = 16

  private enum Request: Hashable, Sendable {
    case bind(user: String)
    case search, change, remove
  }

  private struct Connection: Sendable {
    var origin = ""
    var user = ""
    var pending: [(operation: Int, request: Request, object: [UInt8])] = []
  }

  private var connections = GenerationCache<Int, Connection>(limit: connectionLimit)

  mutating func read(_ line: Span<UInt8>) -> DataEvent.Reading {
    guard let (stamp, message) = Self.message(line) else { return .malformed }
    let bytes = line.extracting(0..<message.upperBound)
    guard bytes.has("conn=", at: message.lowerBound) else { return .other }
    let word = bytes.word(from: message.lowerBound + 5, in: message)
    guard let number = bytes.number(in: word) else { return .malformed }
    var position = min(word.upperBound + 1, message.upperBound)
    if bytes.has("fd=", at: position) {
      takeConnection(bytes, number, message)
      return .other
    }
    guard bytes.has("op=", at: position) else { return .other }
    let operation = bytes.word(from: position + 3, in: message)
    guard let id = bytes.number(in: operation) else { return .malformed }
    position = min(operation.upperBound + 1, message.upperBound)
    let rest = position..<message.upperBound
    if bytes.has("RESULT ", at: position) || bytes.has("SEARCH RESULT ", at: position) {
      return takeResult(bytes, rest, of: id, on: number, stamp)
    }
    if let (request, object) = Self.request(bytes, rest) { ask(request, object, id, on: number) }
    return .other
  }

  // MARK: Lines

  /// `6b079662.1209ddce 0x7ff853fff6c0 conn=…` as slapd writes itself (hexadecimal seconds and nanoseconds), or syslog's.
  private static func message(_ line: Span<UInt8>) -> (SyslogLine.Stamp, Range<Int>)? {
    let whole = line.trimmed(0..<line.count)
    if line.count > 18, line[8] == UInt8(ascii: "."), line[17] == 0x20,
      let seconds = hexadecimal(line, 0..<8), let fraction = hexadecimal(line, 9..<17)
    {
      let moment = Timestamp(milliseconds: Int64(seconds) * 1000 + Int64(min(fraction / 1_000_000, 999)))
      let thread = line.word(from: 18, in: whole)
      let start = line.has("0x", at: 18) ? min(thread.upperBound + 1, whole.upperBound) : 18
      return (.moment(moment), start..<whole.upperBound)
    }
    guard let syslog = SyslogLine.read(line), line.has("slapd", at: syslog.program.lowerBound) else { return nil }
    return (syslog.stamp, syslog.message)
  }

  private static func hexadecimal(_ line: Span<UInt8>, _ range: Range<Int>) -> UInt32? {
    var value: UInt32 = 0
    for index in range {
      guard let digit = Hex.digit(line[index]) else { return nil }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  /// What is asked for, and of which entry; nil for what no feature counts.
  private static func request(_ bytes: Span<UInt8>, _ rest: Range<Int>) -> (Request, [UInt8])? {
    let start = rest.lowerBound
    func quoted(_ key: StaticString) -> [UInt8] {
      // A name's own quotes are escaped as `\22`.
      guard let found = bytes.position(of: key, in: rest) else { return [] }
      let first = found + key.utf8CodeUnitCount
      return (first..<(bytes.first(of: 0x22, in: first..<rest.upperBound) ?? rest.upperBound)).map { bytes[$0] }
    }
    if bytes.has("BIND dn=\"", at: start) {
      return (.bind(user: DistinguishedName.user(quoted("dn=\""))), [])
    }
    if bytes.has("SRCH base=\"", at: start) { return (.search, quoted("base=\"")) }
    if bytes.has("DEL dn=\"", at: start) { return (.remove, quoted("dn=\"")) }
    for word: StaticString in ["MOD dn=\"", "ADD dn=\"", "MODRDN dn=\""] where bytes.has(word, at: start) {
      return (.change, quoted("dn=\""))
    }
    return nil
  }

  private static func number(_ key: StaticString, _ bytes: Span<UInt8>, _ rest: Range<Int>) -> Int? {
    guard let found = bytes.position(of: key, in: rest) else { return nil }
    return bytes.number(in: bytes.word(from: found + key.utf8CodeUnitCount, in: rest))
  }

  // MARK: Connections

  /// `conn=1000 fd=12 ACCEPT from IP=10.0.0.7:54894 (IP=0.0.0.0:389)` begins one; `closed` ends it.
  private mutating func takeConnection(_ bytes: Span<UInt8>, _ number: Int, _ message: Range<Int>) {
    guard let start = bytes.position(of: "ACCEPT from IP=", in: message) else {
      connections[number] = nil
      return
    }
    let peer = bytes.word(from: start + 15, in: message)
    let origin = bytes.text(in: peer.lowerBound..<(bytes.lastPosition(of: ":", in: peer) ?? peer.upperBound))
    let isBracketed = origin.hasPrefix("[") && origin.hasSuffix("]")
    var connection = connections[number] ?? Connection()
    // Its threads write as they come: a bind may stand before its connection. One that has an origin is an earlier one.
    if !connection.origin.isEmpty { connection = Connection() }
    connection.origin = isBracketed ? String(origin.dropFirst().dropLast()) : origin
    connections[number] = connection
  }

  private mutating func ask(_ request: Request, _ object: [UInt8], _ id: Int, on number: Int) {
    var connection = connections[number] ?? Connection()
    // A bind is told twice where it succeeds: as it was asked, and as whom.
    connection.pending.removeAll { $0.operation == id }
    if connection.pending.count >= Self.pendingLimit { connection.pending.removeFirst() }
    connection.pending.append((id, request, Array(object.prefix(CanonicalName.pathLimit))))
    connections[number] = connection
  }

  private mutating func takeResult(
    _ bytes: Span<UInt8>, _ rest: Range<Int>, of id: Int, on number: Int, _ stamp: SyslogLine.Stamp
  ) -> DataEvent.Reading {
    guard let code = Self.number("err=", bytes, rest) else { return .malformed }
    guard var connection = connections[number],
      let index = connection.pending.firstIndex(where: { $0.operation == id })
    else { return .other }
    let (_, request, object) = connection.pending.remove(at: index)
    defer { connections[number] = connection }
    var event = DataEvent(.logOn, at: stamp)
    event.origin = connection.origin
    event.user = connection.user
    switch request {
    case .bind(let user):
      // 49: invalid credentials. 14: half of a conversation. Nobody in particular binds without a name.
      guard !user.isEmpty, code == 0 || code == 49 else { return .other }
      if code == 0 { connection.user = user }
      event.user = user
      event.isFailure = code != 0
      return .event(event)
    case .search: event.kind = .access(.read)
    case .change: event.kind = .access(.write)
    case .remove: event.kind = .access(.remove)
    }
    // 50: insufficient access rights. What else fails is a mistake.
    guard code == 0 || code == 50 else { return .other }
    event.isFailure = code == 50
    event.object = object
    event.rows = Self.number("nentries=", bytes, rest).map { UInt64($0) } ?? 0
    return .event(event)
  }
}

/// A name of a directory's entry, as RFC 4514 writes it.
enum DistinguishedName {
  /// The value of its first part: `ann` of `uid=ann,ou=people,dc=h`; empty where there is none, or it holds a backslash.
  static func user(_ name: [UInt8]) -> String {
    guard let equals = name.firstIndex(of: UInt8(ascii: "=")) else { return "" }
    var value: [UInt8] = []
    var position = equals + 1
    while position < name.count, name[position] != UInt8(ascii: ","), name[position] != UInt8(ascii: "+") {
      var byte = name[position]
      position += 1
      if byte == 0x5C, position < name.count {
        if position + 1 < name.count, let high = Hex.digit(name[position]), let low = Hex.digit(name[position + 1]) {
          (byte, position) = (high << 4 | low, position + 2)
        } else {
          (byte, position) = (name[position], position + 1)
        }
      }
      value.append(byte)
    }
    let text = String(decoding: value, as: UTF8.self)
    return text.contains("\\") ? "" : text
  }
}
