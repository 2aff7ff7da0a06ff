package import CordonCore

/// Most alerts that one lane raises a day; what is over is folded into the next that is raised, never lost.
///
/// Tripwires and behaviour have a cap each, so that neither can use up the other's. Where alerts come by way of several
/// machines, one of them alone uses up at most half: who forges windows on one cannot silence what the others see. What
/// it cannot stop: two machines in foreign hands.
package struct DailyCap: Hashable, Sendable {
  private static let version: UInt8 = 2

  /// Alerts a day, at least 1; another limit counts from the next alert on.
  package var limit: Int { didSet { precondition(limit >= 1, "a cap lets at least one alert through") } }
  private var day: Int32?
  private var raised = 0
  /// Alerts of the current day by the machine that they came from.
  private var raisedBy: [AgentID: Int] = [:]
  /// Alerts of the current day that were folded.
  package private(set) var folded = 0
  private var untold: UInt32 = 0

  /// At least 1 a day.
  package init(limit: Int) {
    precondition(limit >= 1, "a cap lets at least one alert through")
    self.limit = limit
  }

  /// Alerts a day that one lane may raise under a site's budget.
  package static func limit(dailyAlerts: Float) -> Int { Int(min(max(dailyAlerts.rounded(.up), 1), 10_000)) }

  /// Alerts a day that may come from one machine.
  package var mostOfOne: Int { (limit + 1) / 2 }

  /// Whether an alert of a day is raised by itself; an alert of an earlier day counts toward the current one.
  ///
  /// - Parameter source: the machine that it came from; nil where there is but one.
  package mutating func admits(day: Int32, from source: AgentID? = nil) -> Bool {
    if self.day.map({ day > $0 }) ?? true {
      self.day = day
      raised = 0
      raisedBy = [:]
      folded = 0
    }
    let before = source.map { raisedBy[$0] ?? 0 }
    guard raised < limit, before ?? 0 < mostOfOne else {
      folded += 1
      untold = untold == .max ? untold : untold + 1
      return false
    }
    raised += 1
    if let source, let before { raisedBy[source] = before + 1 }
    return true
  }

  /// How many alerts were folded since this was last asked: told with the alert that is raised now.
  package mutating func tell() -> UInt32 {
    defer { untold = 0 }
    return untold
  }
}

extension DailyCap {
  /// The state as a shell keeps it.
  package var encoded: [UInt8] {
    var writer = StateWriter()
    writer.put(Self.version)
    writer.put(day ?? .min)
    writer.put(UInt32(clamping: raised))
    writer.put(UInt32(clamping: folded))
    writer.put(untold)
    writer.put(UInt32(clamping: raisedBy.count))
    for (source, count) in raisedBy.sorted(by: { $0.key < $1.key }) {
      writer.put(Array(source.text.utf8))
      writer.put(UInt32(clamping: count))
    }
    return writer.bytes
  }

  /// Reads a state, under the limit of now; throws `malformed-state` for anything that `encoded` would not have written.
  package init(limit: Int, encoded bytes: [UInt8]) throws(CordonError) {
    self.init(limit: limit)
    var reader = StateReader(bytes)
    try reader.version(Self.version)
    let day = try reader.integer(Int32.self)
    self.day = day == .min ? nil : day
    raised = Int(try reader.integer(UInt32.self))
    folded = Int(try reader.integer(UInt32.self))
    untold = try reader.integer()
    for _ in 0..<(try reader.integer(UInt32.self)) {
      guard let source = AgentID(try reader.text()) else { throw StateReader.malformed }
      raisedBy[source] = Int(try reader.integer(UInt32.self))
    }
    try reader.end()
  }
}
