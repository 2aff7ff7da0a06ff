package import CordonCore

/// Makes one detection of a change that many of a peer group show at once: a patch day, an EHR upgrade, or a worm.
///
/// Where at least max(5, 5 %) of a group's members cross the same scale within an hour, they are one population detection;
/// those alone until then are taken into it. Whoever crosses within `joinPeriod` after the last member joins, because a slow
/// scale follows the same change later. Members stay eligible for tripwires, and for other scales. Memory: one entry a
/// crossing of the last hour, one a member of an open population. Crossings come in order of event time, give or take.
package struct PopulationRule: Sendable {
  package static let leastMembers = 5
  package static let leastShare = 0.05
  package static let window = Duration.seconds(3600)
  package static let joinPeriod = Duration.seconds(86_400)

  /// What a crossing comes to.
  package enum Decision: Hashable, Sendable {
    /// An alert of its own.
    case single
    /// The first of a population: `members` are in it, this one among them; their single alerts are taken in.
    case population(members: [EntityRef])
    /// One more member of an open population.
    case joins
  }

  private struct Group: Hashable {
    var name: String
    var scale: Scale
  }

  private struct Crossing {
    var entity: EntityRef
    var time: Timestamp
  }

  private struct Open {
    var members: Set<EntityRef>
    var last: Timestamp
  }

  private var recent: [Group: [Crossing]] = [:]
  private var open: [Group: Open] = [:]

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
    let group = Group(name: group, scale: scale)
    if var population = open[group] {
      if time.since(population.last) <= Self.joinPeriod {
        population.members.insert(entity)
        population.last = max(population.last, time)
        open[group] = population
        return .joins
      }
      open[group] = nil
    }
    var crossings = recent[group, default: []]
    crossings.removeAll { time.since($0.time) > Self.window || $0.entity == entity }
    crossings.append(Crossing(entity: entity, time: time))
    recent[group] = crossings
    guard crossings.count >= Self.quorum(groupSize: groupSize) else { return .single }
    recent[group] = nil
    open[group] = Open(members: Set(crossings.map(\.entity)), last: time)
    return .population(members: crossings.map(\.entity))
  }

  /// The members of the open population of a group, in no order; empty where none is open.
  package func members(scale: Scale, group: String) -> Set<EntityRef> {
    open[Group(name: group, scale: scale)]?.members ?? []
  }
}
