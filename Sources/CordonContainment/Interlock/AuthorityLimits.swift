package import CordonCore

/// What automation may do by itself: the policy's reflex and standing authority under limits in code.
package struct AuthorityLimits: Sendable {
  package var containment: Policy.Containment

  /// A reflex never lasts longer, whatever the policy says.
  package static let longestReflex: Duration = .seconds(600)
  /// The agent alone never acts more often in an hour, whatever the policy says.
  package static let mostReflexesAnHour: UInt32 = 3
  /// Renewals never carry a hold of the collector's own key further than this from its beginning.
  package static let longestStanding: Duration = .seconds(24 * 3600)
  /// Over which budgets count.
  package static let hour: Duration = .seconds(3600)

  package init(_ containment: Policy.Containment) { self.containment = containment }

  /// How long the action may last at first; refuses what the authority does not cover or has used up.
  ///
  /// `observe-only` without containment in the policy, `authority`, `budget`, `lease`.
  package func check(
    _ command: Command, authority: Authority, journal: JournalState, at now: Moment
  ) throws(CordonError) -> Duration {
    guard containment.isEnabled else {
      throw Refusal.observeOnly.error(
        "The policy in force lets this agent observe only.", remedy: "Set containment.enabled in a signed policy.")
    }
    let name = command.action.name
    switch authority {
    case .reflex:
      guard containment.reflex.isEnabled, containment.reflex.actions.contains(name), name.isReversible else {
        throw Refusal.authority.error("The policy does not let the agent alone order \(name.rawValue).")
      }
      let most = min(containment.reflex.mostAnHour, Self.mostReflexesAnHour)
      try checkBudget(.reflex, nil, most: most, journal, now)
    case .standing:
      guard containment.standing.isEnabled, let most = containment.standing.budgets[name] else {
        throw Refusal.authority.error("The policy gives the collector no standing authority for \(name.rawValue).")
      }
      try checkBudget(.standing, name, most: most, journal, now)
    case .operators, .clinicalOperators: break
    }
    return try lease(command, authority: authority, at: now)
  }

  /// The end that no renewal passes.
  package func maxUntil(_ command: Command, authority: Authority, at now: Moment) -> Timestamp {
    switch authority {
    case .reflex: min(command.maxUntil, now.wall.advanced(by: longestReflexLease))
    case .standing: min(command.maxUntil, now.wall.advanced(by: Self.longestStanding))
    case .operators, .clinicalOperators: min(command.maxUntil, now.wall.advanced(by: Lease.longest))
    }
  }

  /// The longest that one grant, or one renewal, of an authority may last.
  package func longestLease(_ authority: Authority) -> Duration {
    switch authority {
    case .reflex: longestReflexLease
    case .standing: containment.standing.lease
    case .operators, .clinicalOperators: Lease.longest
    }
  }

  private var longestReflexLease: Duration { min(containment.reflex.lease, Self.longestReflex) }

  private func lease(_ command: Command, authority: Authority, at now: Moment) throws(CordonError) -> Duration {
    guard command.action.name.isReversible else { return .zero }
    let untilEnd = maxUntil(command, authority: authority, at: now).since(now.wall)
    let lease = min(command.lease, longestLease(authority), untilEnd)
    guard lease > .zero else {
      throw Refusal.lease.error("The command's lease is over before it begins.")
    }
    return lease
  }

  private func checkBudget(
    _ authority: Authority, _ action: Action.Name?, most: UInt32, _ journal: JournalState, _ now: Moment
  ) throws(CordonError) {
    let used = journal.uses(of: authority, action: action, within: Self.hour, before: now)
    guard used < most else {
      throw Refusal.budget.error(
        "\(used) such actions were taken in the last hour; \(most) are the most.",
        remedy: "A command signed by responders is not bound by this budget.")
    }
  }
}
