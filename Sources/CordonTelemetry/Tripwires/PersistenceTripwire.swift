package import CordonCore

/// A library that is loaded into every program, or a key that is let in as root: hardly ever work of every day.
package struct PersistenceTripwire: Sendable {
  package init() {}

  package func examine(_ observation: Observation) -> TripwireHit? {
    guard observation.activity == .persistenceChange, case .persistence(let change) = observation.object,
      change.act != .removed
    else { return nil }
    let (predicate, technique): (String, String)
    switch change.kind {
    case .preload: (predicate, technique) = ("had a library loaded into every program", "T1574.006")
    case .authorizedKeys where change.isOfRoot:
      (predicate, technique) = ("changed whose keys are let in as root", "T1098.004")
    default: return nil
    }
    return TripwireHit(
      .persistence, technique: technique, time: observation.time, process: observation.process,
      actor: observation.actor, files: [change.path],
      evidence: [.init(what: "places changed", value: 1, unit: "count")], predicate: predicate,
      identity: "\(change.kind):\(String(decoding: change.path, as: UTF8.self))")
  }
}
