import CordonCore
import CordonRange

/// Which attack an alert belongs to, by the recording's labels.
struct RangeTruth {
  /// How long after an attack's last event of a day its traces in an entity's longer scales are still its own.
  private static let aftermath = Duration.seconds(12 * 3600)
  /// How far a detection may lie from an attack's own events.
  private static let slack = Duration.seconds(120)

  private let labels: [AttackLabel]
  private let users: [EntityRef: String]

  init(_ recording: Recording, agents: RangeAgents) {
    labels = recording.labels
    users = Dictionary(
      recording.hospital.staff.compactMap { person in agents.entity(of: person.account).map { ($0, person.entity) } }
    ) { first, _ in first }
  }

  /// When an attack began.
  func start(of attack: AttackKind) -> Timestamp? { labels.filter { $0.attack == attack }.map(\.from).min() }

  /// The attacks that an alert about an entity is of; none: it is false. Those under way come before those of the last
  /// hours. A host is a device to who sees it from outside.
  ///
  /// - Parameter span: of the window that alerted, or the moment of an observation.
  func attacks(of entity: EntityRef, during span: ClosedRange<Timestamp>, lingers: Bool) -> [AttackKind] {
    let name = users[entity] ?? entity.label
    let kinds: [AttackLabel.Kind] = entity.kind == .user ? [.user] : [.host, .device]
    let known = labels.filter { $0.entity == name && kinds.contains($0.kind) }
    let underWay = known.filter {
      $0.from.advanced(by: .zero - Self.slack) <= span.upperBound && span.lowerBound <= $0.to.advanced(by: Self.slack)
    }
    let matching =
      !underWay.isEmpty || !lingers
      ? underWay
      : known.filter {
        $0.from <= span.upperBound && span.lowerBound <= $0.to.advanced(by: Self.aftermath)
      }
    return AttackKind.allCases.filter { kind in matching.contains { $0.attack == kind } }
  }
}
