package import CordonCore

/// Which ring an agent is in: the first whose group is its own, else the one that takes everyone.
package enum RingPlan {
  /// Groups in the order in which a model reaches them; nil at the end: everyone else.
  package static func rings(_ policy: Policy, only group: String?) -> [String?] {
    if let group { return [group] }
    return policy.learning.rings.map(Optional.some) + [nil]
  }

  /// The offer that concerns an agent of a group, among those of one schema and role; nil for none.
  package static func offer(for group: String, among offers: [OfferRecord]) -> OfferRecord? {
    let newest = offers.sorted { $0.serial > $1.serial }
    return newest.first { $0.group == group } ?? newest.first { $0.group == nil }
  }

  /// Which offers in force a new set takes the place of: all for one that reaches everyone, else those of its groups.
  package static func superseded(_ offers: [OfferRecord], by groups: [String?]) -> [OfferRecord] {
    groups.contains(nil) ? offers : offers.filter { groups.contains($0.group) }
  }
}
