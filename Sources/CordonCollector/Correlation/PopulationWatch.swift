import CordonCore
import CordonLearning

/// Sees behaviour that many of a group show within an hour, and remembers which incident holds it.
///
/// A value: detections in, decisions out. What a stopped collector saw of the last hour is forgotten: then a population
/// is told from those that follow.
struct PopulationWatch: Sendable {
  /// Stable name of the rule.
  static let rule = "population-change"
  /// Populations remembered; beyond it all are forgotten, which costs at most incidents of their own.
  static let mostPopulations = 1_000
  /// Members that a detection names; the rest are counted.
  static let mostNamed = 16

  /// A group of entities that are alike.
  struct Group: Hashable, Sendable {
    var kind: EntityKind
    var name: String
    /// How many entities it has.
    var size: Int

    var key: String { "\(kind)/\(name)" }
    /// As a sentence calls its members.
    var members: String { "\(kind == .host ? "hosts" : "users")\(name.isEmpty ? "" : " of \(name)")" }
  }

  enum Decision: Hashable, Sendable {
    case single
    /// The first of a population; `members` are in it.
    case population(members: [EntityRef])
    /// One more of a population that an incident holds.
    case joins(UniqueID?)
  }

  private struct Key: Hashable {
    var group: String
    var scale: Scale
  }

  private var rule = PopulationRule()
  private var incidents: [Key: UniqueID] = [:]

  /// Takes in a behavioural detection; anything else is single.
  mutating func saw(_ detection: Detection, in group: Group) -> Decision {
    guard detection.kind == .behaviour, let entity = detection.entities.first?.entity else { return .single }
    let scale = UnusualBehaviour.scale(of: detection) ?? .minute
    let decision = rule.crossed(
      entity, scale: scale, at: detection.eventTime, group: group.key, groupSize: group.size)
    switch decision {
    case .single: return .single
    case .population(let members): return .population(members: members)
    case .joins: return .joins(incidents[Key(group: group.key, scale: scale)])
    }
  }

  /// Remembers which incident holds the population that a detection began.
  mutating func opened(_ incident: UniqueID, by detection: Detection, in group: Group) {
    if incidents.count >= Self.mostPopulations { incidents = [:] }
    incidents[Key(group: group.key, scale: UnusualBehaviour.scale(of: detection) ?? .minute)] = incident
  }

  /// The one detection of a population, with what its last member showed.
  static func detection(
    _ members: [EntityRef], in group: Group, last: Detection, id: UniqueID, at now: Timestamp
  ) -> Detection {
    let named = members.sorted { $0.shortName < $1.shortName }
    return Detection(
      id: id, kind: .population, rule: rule, technique: "", severity: .high, eventTime: last.eventTime, raisedAt: now,
      summary:
        "\(members.count) of \(max(group.size, members.count)) \(group.members) changed within an hour: \(last.summary)",
      entities: named.prefix(mostNamed).map {
        SealedEntity(entity: $0, part: group.kind == .host ? .host : .actor)
      },
      evidence: [
        Detection.Evidence(what: "members that changed", value: Double(members.count)),
        Detection.Evidence(what: "members of the group", value: Double(group.size)),
      ] + last.evidence, score: last.score, folded: UInt32(clamping: members.count - 1))
  }
}
