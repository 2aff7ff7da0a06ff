package import CordonCore

/// The truth about one entity on one day: when an attack's first and last event were.
package struct AttackLabel: Hashable, Sendable {
  package enum Kind: String, Sendable { case user, host, device }

  package var kind: Kind
  /// `realm/account` of a user, label of a host or device.
  package var entity: String
  package var attack: AttackKind
  package var from: Timestamp
  package var to: Timestamp
  package var technique: String { attack.technique }
}

/// An attack, laid out whole before the recording begins.
package struct PlannedAttack: Sendable {
  package var kind: AttackKind
  package var activity: HospitalActivity

  /// One a day for the user, and for each host where the attack shows on hosts, and each known end on the network; in order of time.
  package func labels(in hospital: Hospital) -> [AttackLabel] {
    var found: [AttackLabel] = []
    func take(_ labelKind: AttackLabel.Kind, _ entity: String, _ time: Timestamp) {
      guard time < hospital.calendar.end else { return }
      let day = hospital.calendar.day(of: time)
      let known = found.firstIndex {
        $0.kind == labelKind && $0.entity == entity && hospital.calendar.day(of: $0.from) == day
      }
      if let known {
        found[known].from = min(found[known].from, time)
        found[known].to = max(found[known].to, time)
      } else {
        found.append(AttackLabel(kind: labelKind, entity: entity, attack: kind, from: time, to: time))
      }
    }
    for event in activity.machine {
      if let person = event.person { take(.user, hospital.staff[person].entity, event.time) }
      if kind.touchesHosts { take(.host, hospital.hosts[event.host].label, event.time) }
    }
    for access in activity.records { take(.user, hospital.staff[access.person].entity, access.time) }
    for conversation in activity.wire {
      for end in [conversation.client, conversation.server.address] {
        if let (kind, label) = hospital.name(of: end) { take(kind, label, conversation.time) }
      }
    }
    return found.sorted { ($0.from, $0.entity) < ($1.from, $1.entity) }
  }
}

extension Person {
  /// As `names.md` writes a domain account: `realm/account`.
  package var entity: String { "\(Self.realm)/\(account)" }
}
