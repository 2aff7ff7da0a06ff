package import CordonCore

/// How many standing orders were given in the last hour, by action.
///
/// A sliding hour, so that the turn of the clock gives no second budget. Memory: one time an order within the hour,
/// at most `mostRemembered` an action.
package struct StandingBudget: Sendable {
  /// The time that budgets count over.
  package static let window: Duration = .seconds(3600)
  /// No policy's budget reaches beyond it.
  package static let mostRemembered = 10_000

  private var given: [Action.Name: [Timestamp]] = [:]

  package init() {}

  /// Takes up what the store says was ordered, so that a restart gives no second budget.
  package mutating func restore(_ orders: [(action: Action.Name, at: Timestamp)]) {
    for order in orders { given[order.action, default: []].append(order.at) }
    for action in Array(given.keys) { given[action]?.sort() }
  }

  /// Orders of an action within the hour before `now`.
  package func used(_ action: Action.Name, at now: Timestamp) -> Int {
    given[action, default: []].count { now.since($0) < Self.window }
  }

  /// Takes one order from the budget; false, and nothing taken, where it is spent.
  package mutating func take(_ action: Action.Name, most: UInt32, at now: Timestamp) -> Bool {
    var times = given[action, default: []].filter { now.since($0) < Self.window }
    guard times.count < min(Int(most), Self.mostRemembered) else { return false }
    times.append(now)
    given[action] = times
    return true
  }
}
