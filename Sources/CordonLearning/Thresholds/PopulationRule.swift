package import CordonCore

/// Makes one detection of a change that many of a peer group show at once: a patch day, an EHR upgrade, or a worm.
///
/// Where at least max(5, 5 %) of a group's members cross the same scale within an hour, they are one population detection;
/// those alone until then are taken into it. Whoever crosses that scale within `joinPeriod` after the last crossing joins,
/// because a slow scale follows the same change later. What a member crosses at other scales is taken in as well, as long
/// as it is open: members stay eligible for tripwires, and for nothing else. An attacker who hides in a go-live is what that
/// costs. Memory: one entry a crossing of the last hour, one a member of an open population. Crossings come in order of
/// event time, give or take.
package struct PopulationRule: Sendable {
  package static let leastMembers = 5
  package static let leastShare = 0.05
  package static let window = Duration.seconds(3600)
  package static let joinPeriod = Duration.seconds(86_400)

  /// What a crossing comes to.
  package enum Decision: Hashable, Sendable {
    /// An alert of its own.
    case single
    /// The first of a population: `members` are in it, this one among them. Their single alerts of the last `joinPeriod`,
    /// at any scale, are taken in.
    case population(members: [EntityRef])
    /// One more crossing of an open population; the entity's single alerts of the last `joinPeriod` are taken in.
    case joins
  }

  struct Key: Hashable {
    var group: String
    var scale: Scale
  }

  struct Crossing {
    var entity: EntityRef
    var time: Timestamp
  }

  struct Open {
    var members: Set<EntityRef>
    var scales: Set<Scale>
    var last: Timestamp
  }

  var recent: [Key: [Crossing]] = [:]
  var open: [String: Open] = [:]

  package init() {}

  /// How many members of a group must cross within the hour.
  package static func quorum(groupSize: Int) -> Int {
    max(leastMembers, Int((Double(groupSize) * leastShare).rounded(.up)))
  }

  /// Takes in that an entity crossed a scale's threshold.
  ///
  /// - Parameters:
  ///   - group: its peer group's name.
  ///   - groupSize: how many members the group has.
  package mutating func crossed(
    _ entity: EntityRef, scale: Scale, at time: Timestamp, group: String, groupSize: Int
  ) -> Decision {
    if let population = open[group], time.since(population.last) > Self.joinPeriod { open[group] = nil }
    if let population = open[group], population.scales.contains(scale) || population.members.contains(entity) {
      join([entity], at: time, group: group)
      return .joins
    }
    let key = Key(group: group, scale: scale)
    var crossings = recent[key, default: []]
    crossings.removeAll { time.since($0.time) > Self.window || $0.entity == entity }
    crossings.append(Crossing(entity: entity, time: time))
    recent[key] = crossings
    guard crossings.count >= Self.quorum(groupSize: groupSize) else { return .single }
    recent[key] = nil
    let members = crossings.map(\.entity)
    // A second scale that many cross while a population is open tells of the same change.
    let isFirst = open[group] == nil
    join(members, at: time, group: group)
    open[group]?.scales.insert(scale)
    return isFirst ? .population(members: members) : .joins
  }

  /// The members of the open population of a group, in no order; empty where none is open.
  package func members(group: String) -> Set<EntityRef> { open[group]?.members ?? [] }

  private mutating func join(_ members: [EntityRef], at time: Timestamp, group: String) {
    var population = open[group] ?? Open(members: [], scales: [], last: time)
    population.members.formUnion(members)
    population.last = max(population.last, time)
    open[group] = population
  }
}
