import CordonCore

/// Where the parts of a log file's line are, as syslog daemons of the common distributions write them.
///
/// Read are the old form (`Jun 14 15:16:01 host sshd[19939]: …`, with or without a year), that of RFC 3339 time stamps
/// (`2024-05-06T10:11:12.123456+02:00 host sshd[1]: …`: Debian from 12 on, RHEL by choice) and RFC 5424's, each with or
/// without a priority before it.
struct SyslogLine: Hashable, Sendable {
  /// When, as far as the line itself says.
  enum Stamp: Hashable, Sendable {
    case moment(Timestamp)
    /// By the machine's own clock.
    case local(LocalTime)
  }

  var stamp: Stamp
  var host: Range<Int>
  /// The program that wrote it, without its process.
  var program: Range<Int>
  /// 0 where the line has none.
  var pid: UInt32
  var message: Range<Int>

  private static let months: [StaticString] = [
    "Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ", "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec ",
  ]

  /// Nil for a line that is of none of these forms.
  static func read(_ bytes: Span<UInt8>) -> SyslogLine? {
    let whole = bytes.trimmed(0..<bytes.count)
    let bytes = bytes.extracting(0..<whole.upperBound)
    var position = whole.lowerBound
    if bytes.has("\u{FEFF}", at: position) { position += 3 }
    if position < whole.upperBound, bytes[position] == UInt8(ascii: "<") {
      guard let end = bytes.first(of: UInt8(ascii: ">"), in: position..<min(position + 5, whole.upperBound)),
        bytes.number(in: (position + 1)..<end) != nil
      else { return nil }
      position = end + 1
      if bytes.has("1 ", at: position) { return readNew(bytes, (position + 2)..<whole.upperBound) }
    }
    guard let stamp = readStamp(bytes, at: &position, before: whole.upperBound) else { return nil }
    let host = bytes.word(from: position, in: whole)
    position = min(host.upperBound + 1, whole.upperBound)
    return readTag(bytes, stamp, host, bytes.trimmed(position..<whole.upperBound))
  }

  private static func readStamp(_ bytes: Span<UInt8>, at position: inout Int, before end: Int) -> Stamp? {
    guard position < end else { return nil }
    if (0x30...0x39).contains(bytes[position]) { return readMoment(bytes, at: &position, before: end) }
    guard let month = months.firstIndex(where: { bytes.has($0, at: position) }) else { return nil }
    position += 4
    guard let day = bytes.number(in: nextWord(bytes, at: &position, before: end)), (1...31).contains(day) else {
      return nil
    }
    var clock = nextWord(bytes, at: &position, before: end)
    var year: Int?
    if let number = bytes.number(in: clock), clock.count == 4 {
      year = number
      clock = nextWord(bytes, at: &position, before: end)
    }
    guard let time = timeOfDay(bytes, clock) else { return nil }
    return .local(LocalTime(year: year, month: month + 1, day: day, milliseconds: time))
  }

  /// The next word, after any number of spaces; the position is moved behind it.
  private static func nextWord(_ bytes: Span<UInt8>, at position: inout Int, before end: Int) -> Range<Int> {
    while position < end, bytes[position] == 0x20 { position += 1 }
    let word = bytes.word(from: position, in: position..<end)
    position = min(word.upperBound + 1, end)
    return word
  }

  /// `10:11:12`, with or without a fraction.
  private static func timeOfDay(_ bytes: Span<UInt8>, _ word: Range<Int>) -> Int64? {
    let start = word.lowerBound
    guard word.count >= 8, bytes[start + 2] == UInt8(ascii: ":"), bytes[start + 5] == UInt8(ascii: ":"),
      let hour = bytes.number(in: start..<(start + 2)), hour < 24,
      let minute = bytes.number(in: (start + 3)..<(start + 5)), minute < 60,
      let second = bytes.number(in: (start + 6)..<(start + 8)), second <= 60
    else { return nil }
    // A leap second is told as the one before.
    let whole = Int64(hour * 3600 + minute * 60 + min(second, 59)) * 1000
    guard word.count > 8 else { return whole }
    guard bytes[start + 8] == UInt8(ascii: "."), word.count <= 18,
      let fraction = bytes.number(in: (start + 9)..<min(start + 12, word.upperBound))
    else { return nil }
    return whole + Int64([100, 10, 1][min(word.count - 10, 2)] * fraction)
  }

  /// An RFC 3339 time stamp; without a zone it is the machine's.
  private static func readMoment(_ bytes: Span<UInt8>, at position: inout Int, before end: Int) -> Stamp? {
    let word = bytes.word(from: position, in: position..<end)
    let start = word.lowerBound
    guard word.count >= 19, word.count <= 40, let year = bytes.number(in: start..<(start + 4)),
      bytes[start + 4] == UInt8(ascii: "-"), let month = bytes.number(in: (start + 5)..<(start + 7)),
      bytes[start + 7] == UInt8(ascii: "-"), let day = bytes.number(in: (start + 8)..<(start + 10)),
      (1...12).contains(month), (1...31).contains(day), bytes[start + 10] == UInt8(ascii: "T")
    else { return nil }
    position = min(word.upperBound + 1, end)
    var zone = start + 19
    while zone < word.upperBound, bytes[zone] == UInt8(ascii: ".") || (0x30...0x39).contains(bytes[zone]) { zone += 1 }
    guard let time = timeOfDay(bytes, (start + 11)..<zone) else { return nil }
    let local = LocalTime(year: year, month: month, day: day, milliseconds: time)
    guard zone < word.upperBound else { return .local(local) }
    guard let offset = zoneOffset(bytes, zone..<word.upperBound), let moment = local.moment(year: year, offset: offset)
    else { return nil }
    return .moment(moment)
  }

  /// Seconds ahead of UTC: `Z`, `+02:00`, `+0200`.
  private static func zoneOffset(_ bytes: Span<UInt8>, _ word: Range<Int>) -> Int? {
    let start = word.lowerBound
    if bytes.equals("Z", in: word) { return 0 }
    guard word.count == 5 || word.count == 6, let hours = bytes.number(in: (start + 1)..<(start + 3)), hours <= 14,
      let minutes = bytes.number(in: (word.upperBound - 2)..<word.upperBound), minutes < 60
    else { return nil }
    switch bytes[start] {
    case UInt8(ascii: "+"): return hours * 3600 + minutes * 60
    case UInt8(ascii: "-"): return -(hours * 3600 + minutes * 60)
    default: return nil
    }
  }

  /// `sshd[24200]: …`; without a colon the whole rest is the message.
  private static func readTag(_ bytes: Span<UInt8>, _ stamp: Stamp, _ host: Range<Int>, _ rest: Range<Int>)
    -> SyslogLine?
  {
    guard !rest.isEmpty else { return nil }
    // `-- root[2421]: …` is how an old login signs.
    let start = bytes.has("-- ", at: rest.lowerBound) ? rest.lowerBound + 3 : rest.lowerBound
    var end = start
    while end < rest.upperBound, end - start < 64 {
      switch bytes[end] {
      case 0x20: return SyslogLine(stamp: stamp, host: host, program: start..<start, pid: 0, message: rest)
      case UInt8(ascii: ":"):
        let message = bytes.trimmed((end + 1)..<rest.upperBound)
        return SyslogLine(stamp: stamp, host: host, program: start..<end, pid: 0, message: message)
      case UInt8(ascii: "["):
        guard let close = bytes.first(of: UInt8(ascii: "]"), in: end..<min(end + 12, rest.upperBound)) else {
          return nil
        }
        var message = close + 1
        if message < rest.upperBound, bytes[message] == UInt8(ascii: ":") { message += 1 }
        let pid = bytes.number(in: (end + 1)..<close) ?? 0
        return SyslogLine(
          stamp: stamp, host: host, program: start..<end, pid: UInt32(pid),
          message: bytes.trimmed(message..<rest.upperBound))
      default: end += 1
      }
    }
    return SyslogLine(stamp: stamp, host: host, program: start..<start, pid: 0, message: rest)
  }

  /// Behind `<34>1 `: time, host, program, process, message id, data, message.
  private static func readNew(_ bytes: Span<UInt8>, _ range: Range<Int>) -> SyslogLine? {
    var position = range.lowerBound
    guard let stamp = readStamp(bytes, at: &position, before: range.upperBound) else { return nil }
    let host = nextWord(bytes, at: &position, before: range.upperBound)
    let program = nextWord(bytes, at: &position, before: range.upperBound)
    let process = nextWord(bytes, at: &position, before: range.upperBound)
    _ = nextWord(bytes, at: &position, before: range.upperBound)
    guard position < range.upperBound else { return nil }
    guard let end = endOfData(bytes, position..<range.upperBound) else { return nil }
    var message = bytes.trimmed(end..<range.upperBound)
    if bytes.has("\u{FEFF}", at: message.lowerBound), message.count >= 3 {
      message = (message.lowerBound + 3)..<message.upperBound
    }
    return SyslogLine(
      stamp: stamp, host: host, program: program, pid: UInt32(bytes.number(in: process) ?? 0), message: message)
  }

  /// Behind `-` or `[id name="value"]…`, in which a quote, a backslash and a bracket are escaped.
  private static func endOfData(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var position = range.lowerBound
    if bytes[position] == UInt8(ascii: "-") { return position + 1 }
    while position < range.upperBound, bytes[position] == UInt8(ascii: "[") {
      var isQuoted = false
      while position < range.upperBound, isQuoted || bytes[position] != UInt8(ascii: "]") {
        if bytes[position] == 0x5C { position += 1 } else if bytes[position] == 0x22 { isQuoted.toggle() }
        position += 1
      }
      guard position < range.upperBound else { return nil }
      position += 1
    }
    return position > range.lowerBound ? position : nil
  }
}
