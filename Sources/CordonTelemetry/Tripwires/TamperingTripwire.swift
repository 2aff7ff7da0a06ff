package import CordonCore

/// A sensor blinded: audit rules taken away, auditing switched off, a watch lost.
package struct TamperingTripwire: Sendable {
  package init() {}

  package func examine(_ observation: Observation) -> TripwireHit? {
    guard observation.activity == .sensorTampering, case .sensor(let name, let detail) = observation.object else {
      return nil
    }
    return Self.hit(sensor: name, detail: detail, observation)
  }

  /// A sensor that ran and does not any more, as the keeper says.
  package func lost(sensor: String, at time: Timestamp) -> TripwireHit {
    Self.hit(
      sensor: sensor, detail: "lost",
      Observation(time: time, family: .host, source: sensor, activity: .sensorTampering))
  }

  private static func hit(sensor: String, detail: String, _ observation: Observation) -> TripwireHit {
    // The detail is one of our own stable words; anything else is not repeated.
    let (predicate, technique): (String, String) =
      switch detail {
      case "rules-removed": ("removed Cordon's audit rules; they have been put back", "T1562.012")
      case "audit-disabled": ("switched the kernel's auditing off", "T1562.012")
      case "rule-removed": ("removed audit rules of another program", "T1562.012")
      case "log-cleared": ("cleared an event log, or changed what is written to it", "T1070.001")
      case "fanotify-lost", "fanotify-unreadable", "inotify-lost", "inotify-unreadable":
        ("ended the watch over files", "T1562.001")
      default: ("ended the sensor \(known(sensor))", "T1562.001")
      }
    return TripwireHit(
      .sensorTampering, technique: technique, time: observation.time, process: observation.process,
      actor: observation.actor, evidence: [.init(what: "sensors affected", value: 1, unit: "count")],
      predicate: predicate, identity: "\(known(sensor)):\(detail.prefix(32))")
  }

  private static func known(_ sensor: String) -> String {
    SensorParsers.names.contains(sensor) ? sensor : "unknown"
  }
}
