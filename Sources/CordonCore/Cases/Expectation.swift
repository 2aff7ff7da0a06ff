/// What an analyst expects for a while: detections of a rule that say nothing new about an entity, a group or the site.
package struct Expectation: Hashable, Sendable {
  /// How far it reaches; raw values are stored, shown and sent.
  package enum Scope: String, Sendable, CaseIterable {
    case entity, group, site
  }

  /// The detection that was labelled.
  package var detection: UniqueID
  package var rule: String
  package var scope: Scope
  /// Whose behaviour is expected; nil unless the scope is `entity`.
  package var entity: EntityRef?
  /// Whose agents' detections are; nil unless the scope is `group`.
  package var group: String?
  package var until: Timestamp
  package var madeBy: String

  package init(
    detection: UniqueID, rule: String, scope: Scope, entity: EntityRef? = nil, group: String? = nil,
    until: Timestamp, madeBy: String
  ) {
    self.detection = detection
    self.rule = rule
    self.scope = scope
    self.entity = entity
    self.group = group
    self.until = until
    self.madeBy = madeBy
  }

  /// Whether it covers a detection that an agent of a group raised.
  package func covers(_ detection: Detection, group: String) -> Bool {
    // A rule's further days are told under its own name with a suffix.
    guard detection.rule.hasPrefix(rule), detection.eventTime < until else { return false }
    switch scope {
    case .entity: return entity.map { entity in detection.entities.contains { $0.entity == entity } } ?? false
    case .group: return self.group == group
    case .site: return true
    }
  }
}
