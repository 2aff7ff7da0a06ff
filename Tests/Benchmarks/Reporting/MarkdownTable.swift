/// Rows under a heading, as Markdown.
struct MarkdownTable {
  var header: [String]
  var rows: [[String]] = []

  init(_ header: String...) { self.header = header }

  mutating func add(_ cells: String...) { rows.append(cells) }

  var text: String {
    let lines = [header, header.map { _ in "---" }] + rows
    return lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n") + "\n"
  }
}

/// Numbers as people read them.
enum Show {
  /// 12345.6 as "12,346".
  static func count(_ value: Double) -> String {
    var digits = Array(String(Int(value.rounded())))
    var at = digits.count - 3
    while at > 0 {
      digits.insert(",", at: at)
      at -= 3
    }
    return String(digits)
  }

  /// Two decimals.
  static func decimal(_ value: Double) -> String {
    guard value.isFinite else { return "-" }
    let hundredths = Int((value * 100).rounded())
    let rest = abs(hundredths % 100)
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }

  static func milliseconds(_ duration: Duration) -> String {
    let tenths = Int((duration / .microseconds(100)).rounded())
    return "\(tenths / 10).\(tenths % 10) ms"
  }

  /// In millions of bytes, to a tenth.
  static func megabytes(_ bytes: Double) -> String {
    let tenths = Int((bytes / 100_000).rounded())
    return "\(tenths / 10).\(tenths % 10) MB"
  }

  /// A share to a hundredth of a percent.
  static func finePercent(_ ratio: Double) -> String {
    let hundredths = Int((ratio * 10_000).rounded())
    return "\(hundredths / 100).\(String(100 + hundredths % 100).dropFirst()) %"
  }

  /// How many times, to a tenth.
  static func times(_ ratio: Double) -> String {
    guard ratio.isFinite else { return "-" }
    let tenths = Int((ratio * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) ×"
  }

  static func percent(_ ratio: Double) -> String { ratio.isFinite ? "\(Int((ratio * 100).rounded())) %" : "-" }

  static func kilobytes(_ bytes: Double) -> String { "\(Int((bytes / 1000).rounded())) kB" }
}

/// Delays, kept whole: some tens of thousands a run.
struct Delays {
  private var sorted: [Duration]

  init(_ delays: [Duration]) { sorted = delays.sorted() }

  /// The value that a share of all stays within; zero where there are none.
  func quantile(_ share: Double) -> Duration {
    guard !sorted.isEmpty else { return .zero }
    return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
  }
}
