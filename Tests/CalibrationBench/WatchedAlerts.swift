package import CordonCore
package import CordonLearning

/// An alert that an entity's gate let through.
package struct RaisedAlert: Hashable, Sendable {
  package var entity: EntityRef
  package var scale: Scale
  package var time: Timestamp
  /// Of the test, from 0.
  package var day: Int
  /// Whether it only says that an episode goes on: it keeps a population open, and is no alert by itself.
  package var isContinuation: Bool
}

/// What analysts would see of a fleet's alerts once the population rule has folded them.
package struct WatchedAlerts: Hashable, Sendable {
  /// Alerts of single entities that no population took in.
  package private(set) var singles: [RaisedAlert] = []
  /// The first alert of each population.
  package private(set) var populations: [RaisedAlert] = []

  package var count: Int { singles.count + populations.count }

  /// Folds alerts of one peer group.
  package init(_ raised: [RaisedAlert], groupSize: Int) {
    var rule = PopulationRule()
    for alert in raised.sorted(by: { ($0.time, $0.entity.label) < ($1.time, $1.entity.label) }) {
      let decision = rule.crossed(
        alert.entity, scale: alert.scale, at: alert.time, group: "fleet", groupSize: groupSize)
      switch decision {
      case .single: if !alert.isContinuation { singles.append(alert) }
      case .joins: takeIn([alert.entity], at: alert.time)
      case .population(let members):
        takeIn(members, at: alert.time)
        populations.append(alert)
      }
    }
  }

  private mutating func takeIn(_ members: [EntityRef], at time: Timestamp) {
    singles.removeAll { members.contains($0.entity) && time.since($0.time) <= PopulationRule.joinPeriod }
  }

  /// Alerts that analysts see in some days of the test.
  package func count(days: Range<Int>) -> Int { (singles + populations).count { days.contains($0.day) } }
}
