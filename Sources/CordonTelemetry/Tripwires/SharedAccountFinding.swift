package import CordonCore

/// A person logged in as an account that several share: behaviour under it is no one person's, and the site should know.
package enum SharedAccountFinding {
  /// One finding a day and account; `day` counts from 1970.
  package static func hit(_ observation: Observation, account: CanonicalName, day: Int64) -> TripwireHit {
    TripwireHit(
      .sharedAccount, technique: "", time: observation.time, actor: observation.actor,
      evidence: [.init(what: "logins as a shared account", value: 1, unit: "count")],
      predicate: "is logged in under an account that several people share", identity: "\(day):\(account.text)")
  }
}
