package import CordonCore

/// Puts silence into words, ranked by how much care depends on the machine.
package enum SilenceDetection {
  /// Stable name of the rule.
  package static let rule = "agent-silent"
  /// Impair Defenses: Disable or Modify Tools.
  package static let technique = "T1562.001"
  /// Hosts named in a folded detection; the rest are counted.
  package static let mostNamed = 16

  /// A machine that fell silent, as far as the collector knows it.
  package struct Host: Hashable, Sendable {
    package var label: String
    /// Nil where no policy registers it.
    package var criticality: Criticality?
    /// An open incident concerns it.
    package var isInIncident: Bool

    package init(label: String, criticality: Criticality?, isInIncident: Bool) {
      self.label = label
      self.criticality = criticality
      self.isInIncident = isInIncident
    }

    /// An unregistered host ranks below a life-sustaining one only so that a forgotten laptop does not page at night.
    package var severity: Severity {
      let base: Severity =
        switch criticality {
        case .lifeSustaining: .critical
        case .therapeutic, nil: .high
        case .diagnostic: .medium
        case .administrative: .low
        }
      return isInIncident ? Severity(rawValue: min(base.rawValue + 1, Severity.critical.rawValue)) ?? base : base
    }
  }

  /// One detection for the hosts, worst first; nil for none.
  package static func make(
    id: UniqueID, hosts: [Host], since: Timestamp, at now: Timestamp
  ) -> Detection? {
    let ranked = hosts.sorted { ($1.severity, $0.label) < ($0.severity, $1.label) }
    guard let worst = ranked.first else { return nil }
    let seconds = max(0, now.since(since).milliseconds / 1000)
    let summary =
      ranked.count == 1
      ? "The agent on \(worst.label) has been silent for \(seconds) s; it may be off, cut off, or stopped."
      : "\(ranked.count) agents fell silent together, \(worst.label) among them; a segment or service may be down."
    return Detection(
      id: id, kind: .silence, rule: rule, technique: technique, severity: worst.severity, eventTime: since,
      raisedAt: now, summary: summary,
      entities: ranked.prefix(mostNamed).map {
        SealedEntity(entity: EntityRef(kind: .host, label: $0.label), part: .host)
      },
      evidence: [
        Detection.Evidence(what: "Silent", value: Double(seconds), unit: "s"),
        Detection.Evidence(what: "Agents silent together", value: Double(ranked.count)),
      ],
      folded: UInt32(clamping: ranked.count - 1))
  }
}
