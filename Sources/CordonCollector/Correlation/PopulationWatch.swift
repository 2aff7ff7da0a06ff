import CordonCore
import CordonLearning

/// Sees behaviour that many of a group show within an hour, and remembers which incident holds it.
///
/// A value: detections in, decisions out; `encoded` for a restart, so that a population is one over it as well.
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

    /// Whether it makes a detection of its own.
    var isFirst: Bool {
      if case .population = self { return true }
      return false
    }
  }

  private static let version: UInt8 = 1

  private var rule = PopulationRule()
  /// By group: a group has one open population, at however many scales.
  private var incidents: [String: UniqueID] = [:]

  init() {}

  /// Takes in a behavioural detection; anything else is single.
  ///
  /// - Parameter now: an event that says it came later counts as of now: it would keep a population open until then.
  mutating func saw(_ detection: Detection, in group: Group, at now: Timestamp) -> Decision {
    guard detection.kind == .behaviour, let entity = detection.entities.first?.entity else { return .single }
    let scale = UnusualBehaviour.scale(of: detection) ?? .minute
    let decision = rule.crossed(
      entity, scale: scale, at: min(detection.eventTime, now), group: group.key, groupSize: group.size)
    switch decision {
    case .single: return .single
    case .population(let members): return .population(members: members)
    case .joins: return .joins(incidents[group.key])
    }
  }

  /// Remembers which incident holds the population that a detection began.
  mutating func opened(_ incident: UniqueID, in group: Group) {
    if incidents.count >= Self.mostPopulations { incidents = [:] }
    incidents[group.key] = incident
  }

  /// The state as the store keeps it.
  var encoded: [UInt8] {
    var writer = StateWriter()
    writer.put(Self.version)
    rule.encode(to: &writer)
    writer.put(UInt32(incidents.count))
    for (group, incident) in incidents.sorted(by: { $0.key < $1.key }) {
      writer.put(Array(group.utf8))
      writer.put(incident.bytes)
    }
    return writer.bytes
  }

  /// Reads a state; throws `malformed-state` for anything that `encoded` would not have written.
  init(encoded bytes: [UInt8]) throws(CordonError) {
    var reader = StateReader(bytes)
    try reader.version(Self.version)
    rule = try PopulationRule(from: &reader)
    for _ in 0..<(try reader.integer(UInt32.self)) {
      let group = try reader.text()
      guard let incident = UniqueID(bytes: try reader.data()) else { throw StateReader.malformed }
      incidents[group] = incident
    }
    try reader.end()
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
