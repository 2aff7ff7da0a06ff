import CordonCore

/// Times as servers of data write them.
enum ServerStamp {
  /// `2026-11-26 02:15:19.420 UTC` or `2026-11-26 02:15:19 CET`; nil for anything else. A comma ends the zone
  /// too.
  ///
  /// UTC and offsets (`+02`, `-0330`) say when; another zone's letters are the machine's own clock's.
  static func dashed(_ bytes: Span<UInt8>, at start: Int) -> (stamp: SyslogLine.Stamp, end: Int)? {
    guard start + 19 < bytes.count, bytes[start + 4] == UInt8(ascii: "-"), bytes[start + 7] == UInt8(ascii: "-"),
      bytes[start + 10] == 0x20, let year = bytes.number(in: start..<(start + 4)),
      let month = bytes.number(in: (start + 5)..<(start + 7)), let day = bytes.number(in: (start + 8)..<(start + 10)),
      let local = local(year, month, day, bytes, at: start + 11)
    else { return nil }
    var time = local
    var position = start + 19
    if bytes[position] == UInt8(ascii: ".") {
      guard position + 4 < bytes.count, let fraction = bytes.number(in: (position + 1)..<(position + 4)) else {
        return nil
      }
      time.milliseconds += Int64(fraction)
      position += 4
    }
    guard bytes[position] == 0x20 else { return nil }
    var end = position + 1
    while end < bytes.count, bytes[end] != 0x20, bytes[end] != UInt8(ascii: ",") { end += 1 }
    let zone = (position + 1)..<end
    guard (1...6).contains(zone.count) else { return nil }
    guard let offset = offset(bytes, zone) else { return (.local(time), zone.upperBound) }
    return time.moment(year: year, offset: offset).map { (.moment($0), zone.upperBound) }
  }

  /// `20261126 02:16:00`, by the machine's own clock; nil for anything else.
  static func compact(_ bytes: Span<UInt8>, in range: Range<Int>) -> SyslogLine.Stamp? {
    let start = range.lowerBound
    guard range.count == 17, bytes[start + 8] == 0x20, let year = bytes.number(in: start..<(start + 4)),
      let month = bytes.number(in: (start + 4)..<(start + 6)), let day = bytes.number(in: (start + 6)..<(start + 8))
    else { return nil }
    return local(year, month, day, bytes, at: start + 9).map(SyslogLine.Stamp.local)
  }

  /// Of a date and `HH:MM:SS`.
  private static func local(_ year: Int, _ month: Int, _ day: Int, _ bytes: Span<UInt8>, at start: Int) -> LocalTime? {
    guard start + 8 <= bytes.count, (1...12).contains(month), (1...31).contains(day),
      bytes[start + 2] == UInt8(ascii: ":"), bytes[start + 5] == UInt8(ascii: ":"),
      let hour = bytes.number(in: start..<(start + 2)), let minute = bytes.number(in: (start + 3)..<(start + 5)),
      let second = bytes.number(in: (start + 6)..<(start + 8)), hour < 24, minute < 60, second <= 60
    else { return nil }
    return LocalTime(
      year: year, month: month, day: day, milliseconds: Int64(hour * 3600 + minute * 60 + min(second, 59)) * 1000)
  }

  /// Seconds ahead of UTC; nil for the letters of another zone.
  private static func offset(_ bytes: Span<UInt8>, _ zone: Range<Int>) -> Int? {
    if bytes.equals("UTC", in: zone) || bytes.equals("GMT", in: zone) || bytes.equals("Z", in: zone) { return 0 }
    let sign = bytes[zone.lowerBound]
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), zone.count == 3 || zone.count == 5,
      let hours = bytes.number(in: (zone.lowerBound + 1)..<(zone.lowerBound + 3)), hours <= 14
    else { return nil }
    let minutes = zone.count == 5 ? bytes.number(in: (zone.lowerBound + 3)..<zone.upperBound) : 0
    return minutes.map { (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 3600 + $0 * 60) }
  }
}
