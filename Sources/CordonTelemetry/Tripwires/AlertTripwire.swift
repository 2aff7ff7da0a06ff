package import CordonCore

/// A grave alarm of another program of the site, such as Suricata: told at once, by the rule's own number and class.
package struct AlertTripwire: Sendable {
  package init() {}

  /// A hit for an alarm of at least high severity; lesser ones are for that program's own people.
  package func examine(_ observation: Observation) -> TripwireHit? {
    guard observation.activity == .alert, case .alert(let alert) = observation.object, alert.severity >= .high else {
      return nil
    }
    let parties = alert.parties.map(\.description).joined(separator: " ")
    let category = alert.category.isEmpty ? "" : " (\(alert.category))"
    return TripwireHit(
      .alert(program: observation.source, rule: alert.rule, severity: alert.severity), technique: "",
      time: observation.time, peers: alert.parties,
      evidence: [.init(what: "alarms of \(observation.source)", value: 1, unit: "count")],
      predicate: "set off the rule \(alert.rule) of \(observation.source)\(category)",
      identity: "\(alert.rule):\(parties)")
  }
}
