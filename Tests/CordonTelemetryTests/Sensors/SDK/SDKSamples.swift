/// Reports as the library writes them, made by hand.
enum SDKSamples {
  enum Part {
    case number(UInt64, UInt64)
    case text(UInt64, String)
    case double(UInt64, Double)
  }

  static let logOn = report(
    [.number(1, 1_700_000_000_000)], 3, [.text(1, "ann"), .text(2, "sshd"), .text(3, "10.0.0.9"), .number(4, 1)])
  static let failure = report([], 3, [.text(2, "sshd"), .text(3, "evil.example"), .number(4, 2)])
  static let access = report(
    [.number(2, 7)], 4,
    [
      .text(1, "doc"), .number(2, 3), .text(3, "4711"), .text(4, "1.2.3"), .number(5, 1), .text(6, "ws1"),
      .number(7, 1),
    ])
  static let message = report(
    [], 5,
    [
      .text(1, "10.0.0.2"), .text(2, "10.0.0.7"), .number(3, 4000), .text(4, "RGV"), .text(5, "O15"), .number(6, 812),
      .number(7, 1),
    ])
  static let counter = report([], 6, [.text(1, "fe80::7"), .text(2, "flow ml/h"), .double(3, 12.5)])

  static let all = [logOn, failure, access, message, counter]

  /// A recording of reports, each behind its length.
  static func recording(_ reports: [[UInt8]]) -> [UInt8] {
    reports.flatMap { report in [0, 0, UInt8(report.count >> 8), UInt8(report.count & 0xFF)] + report }
  }

  static func report(_ head: [Part], _ event: UInt64, _ body: [Part]) -> [UInt8] {
    let bytes = body.flatMap(encoded)
    return head.flatMap(encoded) + number(event << 3 | 2) + number(UInt64(bytes.count)) + bytes
  }

  private static func encoded(_ part: Part) -> [UInt8] {
    switch part {
    case .number(let field, let value): return number(field << 3) + number(value)
    case .text(let field, let text): return number(field << 3 | 2) + number(UInt64(text.utf8.count)) + Array(text.utf8)
    case .double(let field, let value):
      return number(field << 3 | 1) + (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
  }

  private static func number(_ value: UInt64) -> [UInt8] {
    var (rest, bytes) = (value, [UInt8]())
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
