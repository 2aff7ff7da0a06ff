import FoundationEssentials

/// What a site expects, written into its policy by people: maintenance windows, known scanners, change tickets.
///
/// Behaviour that it covers is labelled `expected` as it is raised, and its incident closes if nothing else is in it; a
/// tripwire is never covered. Every one has an end. What it costs: who acts from a host while something is expected of it
/// is told by tripwires alone.
package struct ExpectedActivity: Hashable, Sendable {
  /// Why it is expected; raw values are written.
  package enum Kind: String, Sendable, CaseIterable {
    case maintenance, scanner, ticket
  }

  package enum Target: Hashable, Sendable {
    /// By the agent's label.
    case host(String)
    case group(String)
    case site
  }

  /// A part of every day or week, in the site's time, in minutes from midnight; past midnight where it ends before it begins.
  package struct Hours: Hashable, Sendable {
    /// 0 for Monday; nil: every day.
    package var day: Int?
    package var from: Int
    package var to: Int
  }

  package var kind: Kind
  package var target: Target
  /// Nil: at any hour.
  package var hours: Hours?
  /// Nil: since ever.
  package var from: Timestamp?
  package var until: Timestamp
  /// What people read of it, such as a ticket's number.
  package var why: String

  package static let mostWhyBytes = 200
  private static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
  private static let everyDay = "daily"

  /// Whether it covers a moment on a host of a group.
  ///
  /// - Parameters:
  ///   - host: the agent's label; empty for what the collector raised over several agents, as `group`.
  ///   - offset: seconds that the site's clock is ahead of UTC at that moment.
  package func covers(_ time: Timestamp, host: String, group: String, offset: Int) -> Bool {
    guard time < until, from.map({ time >= $0 }) ?? true else { return false }
    let isMeant =
      switch target {
      case .host(let label): label == host
      case .group(let name): name == group
      case .site: true
      }
    return isMeant && hours.map { $0.hold(time, offset: offset) } ?? true
  }
}

extension ExpectedActivity.Hours {
  private static let dayMinutes: Int64 = 1440

  fileprivate func hold(_ time: Timestamp, offset: Int) -> Bool {
    let minutes = (time.milliseconds / 60_000) &+ Int64(offset) / 60
    // 1970-01-01 was a Thursday: three days after a Monday.
    let today = Int(((minutes / Self.dayMinutes + 3) % 7 + 7) % 7)
    let minute = Int((minutes % Self.dayMinutes + Self.dayMinutes) % Self.dayMinutes)
    func isDay(_ number: Int) -> Bool { day.map { $0 == (number + 7) % 7 } ?? true }
    if from < to { return isDay(today) && minute >= from && minute < to }
    return isDay(today) && minute >= from || isDay(today - 1) && minute < to
  }
}

extension ExpectedActivity {
  /// As people write it: `maintenance group ward-3 sun 02:00-06:00 until 2027-01-01T00:00Z: patches`.
  package var text: String {
    var words = [kind.rawValue]
    switch target {
    case .host(let label): words += ["host", label]
    case .group(let name): words += ["group", name]
    case .site: words.append("site")
    }
    if let hours {
      words += [hours.day.map { Self.days[$0] } ?? Self.everyDay, "\(Self.text(hours.from))-\(Self.text(hours.to))"]
    }
    if let from { words += ["from", Self.text(from)] }
    words += ["until", Self.text(until)]
    return words.joined(separator: " ") + ": \(why)"
  }

  /// Nil unless the text is of that form; a date alone is its beginning after `from`, and its end after `until`.
  package init?(text: String) {
    let sides = text.split(separator: ": ", maxSplits: 1).map(String.init)
    guard sides.count == 2, (1...Self.mostWhyBytes).contains(sides[1].utf8.count),
      sides[1].utf8.allSatisfy({ $0 >= 0x20 })
    else { return nil }
    var words = sides[0].split(separator: " ").map(String.init)[...]
    guard let kind = words.popFirst().flatMap(Kind.init(rawValue:)), let target = Self.target(&words) else {
      return nil
    }
    var hours: Hours?
    if let day = words.first, day == Self.everyDay || Self.days.contains(day) {
      words.removeFirst()
      guard let span = words.popFirst().flatMap({ Self.span($0, day: Self.days.firstIndex(of: day)) }) else {
        return nil
      }
      hours = span
    }
    var from: Timestamp?
    if words.first == "from" {
      words.removeFirst()
      guard let time = words.popFirst().flatMap({ Self.time($0) }) else { return nil }
      from = time
    }
    guard words.popFirst() == "until", let until = words.popFirst().flatMap({ Self.time($0, isEnd: true) }),
      words.isEmpty,
      from.map({ $0 < until }) ?? true
    else { return nil }
    self.init(kind: kind, target: target, hours: hours, from: from, until: until, why: sides[1])
  }

  private static func target(_ words: inout ArraySlice<String>) -> Target? {
    switch words.popFirst() {
    case "host": words.popFirst().map(Target.host)
    case "group": words.popFirst().map(Target.group)
    case "site": .site
    default: nil
    }
  }

  private static func span(_ text: String, day: Int?) -> Hours? {
    let minutes = text.split(separator: "-", omittingEmptySubsequences: false).map { minute(of: $0) }
    guard minutes.count == 2, let from = minutes[0], let to = minutes[1], from != to else { return nil }
    return Hours(day: day, from: from, to: to)
  }

  private static func minute(of text: Substring) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.map(\.count) == [2, 2], let hour = UInt8(parts[0]), let minute = UInt8(parts[1]), hour < 24, minute < 60
    else { return nil }
    return Int(hour) * 60 + Int(minute)
  }

  private static func text(_ minute: Int) -> String {
    let (hour, rest) = (minute / 60, minute % 60)
    return (hour < 10 ? "0" : "") + "\(hour):" + (rest < 10 ? "0" : "") + "\(rest)"
  }

  /// `2026-12-01` or `2026-12-01T20:00Z`.
  private static func time(_ text: String, isEnd: Bool = false) -> Timestamp? {
    let isDate = text.utf8.count == "2026-12-01".utf8.count
    let whole = isDate ? "\(text)T00:00Z" : text
    guard let date = try? Date(whole.replacing("Z", with: ":00Z"), strategy: .iso8601) else { return nil }
    let time = Timestamp(milliseconds: Int64(date.timeIntervalSince1970) * 1000)
    // What a lenient reader took for another date, such as the 30th of February, comes back as that one.
    guard Self.text(time) == whole else { return nil }
    return isDate && isEnd ? time.advanced(by: .seconds(86_400)) : time
  }

  private static func text(_ time: Timestamp) -> String {
    Date(timeIntervalSince1970: Double(time.milliseconds) / 1000).formatted(.iso8601).replacing(":00Z", with: "Z")
  }
}
