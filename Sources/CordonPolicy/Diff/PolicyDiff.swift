package import CordonCore

/// What differs between two policies, by field.
package struct PolicyDiff: Sendable, Hashable {
  /// One field that differs, or one element of a list.
  package struct Change: Sendable, Hashable {
    package enum Kind: String, Sendable { case changed, added, removed }

    package var kind: Kind
    package var path: String
    /// Empty where it was added.
    package var before: String
    /// Empty where it was removed.
    package var after: String
    /// Whether agents could do more to a machine after it than before.
    package var widensAuthority: Bool
  }

  /// In the schema's order; serial and time of issue are no part of it.
  package let changes: [Change]

  package init(from before: Policy, to after: Policy) {
    let reflex = Set(after.sigma.reflex)
    changes = PolicySchema.fields.flatMap { field -> [Change] in
      let (old, new) = (field.read(before), field.read(after))
      guard old != new else { return [] }
      return Self.changes(of: field, old, new, reflex: reflex)
    }
  }

  /// What moves models further without a person, the more of it there is.
  private static let rolloutPaths: Set<String> = [
    "learning.standing_rollout", "learning.rate_factor", "learning.processor_share", "learning.memory_mebibytes",
  ]

  /// - Parameter reflex: ids of the Sigma rules on which agents may act after it.
  private static func changes(
    of field: PolicyField, _ old: PolicyField.Value, _ new: PolicyField.Value, reflex: Set<String>
  ) -> [Change] {
    func change(_ kind: Change.Kind, _ path: String, _ before: String, _ after: String, widens: Bool) -> Change {
      Change(kind: kind, path: path, before: before, after: after, widensAuthority: widens)
    }
    switch (old, new) {
    case (.list(let old), .list(let new)) where Set(old) != Set(new):
      let protects =
        field.path.hasPrefix("containment.never_touch") || field.path.hasPrefix("interlock")
        || field.path == "learning.canaries"
      let permits = ["containment.reflex.actions", "sigma.reflex", "labels.expected"].contains(field.path)
      return old.filter { !new.contains($0) }.map { change(.removed, field.path, $0, "", widens: protects) }
        + new.filter { !old.contains($0) }.map { change(.added, field.path, "", $0, widens: permits) }
    case (.budgets(let old), .budgets(let new)):
      return Action.Name.allCases.compactMap { action in
        let path = "\(field.path).\(action.rawValue)"
        return switch (old[action], new[action]) {
        case (nil, let after?): change(.added, path, "", "\(after)", widens: true)
        case (let before?, nil): change(.removed, path, "\(before)", "", widens: false)
        case (let before?, let after?) where before != after:
          change(.changed, path, "\(before)", "\(after)", widens: after > before)
        default: nil
        }
      }
    case (.hosts(let old), .hosts(let new)): return hostChanges(field.path, old, new)
    case (.sigmaRules(let old), .sigmaRules(let new)): return ruleChanges(field.path, old, new, reflex)
    default:
      return [
        change(
          .changed, field.path, PolicyText.inline(old), PolicyText.inline(new),
          widens: field.path == "learning.dwell"
            ? isMore(old, than: new) : canWiden(field.path, reflex) && isMore(new, than: old))
      ]
    }
  }

  /// Whether more of a field lets agents do more.
  private static func canWiden(_ path: String, _ reflex: Set<String>) -> Bool {
    path.hasPrefix("containment") || rolloutPaths.contains(path) || path == "sigma.enabled" && !reflex.isEmpty
  }

  private static func hostChanges(
    _ path: String, _ old: [Policy.HostFacts], _ new: [Policy.HostFacts]
  ) -> [Change] {
    let before = Dictionary(old.map { ($0.label, $0) }) { first, _ in first }
    let after = Dictionary(new.map { ($0.label, $0) }) { first, _ in first }
    return Set(before.keys).union(after.keys).sorted().compactMap { label in
      let (was, now) = (before[label], after[label])
      guard was != now else { return nil }
      let kind: Change.Kind = was == nil ? .added : now == nil ? .removed : .changed
      // What is not listed counts as life-sustaining.
      let wasOpen = was?.criticality.allowsAutomation ?? false
      let isOpen = now?.criticality.allowsAutomation ?? false
      return Change(
        kind: kind, path: "\(path)[\(label)]", before: was.map(PolicyText.inline) ?? "",
        after: now.map(PolicyText.inline) ?? "", widensAuthority: isOpen && !wasOpen)
    }
  }

  /// Rules by id: what they raise; where agents may act on one, a new condition may have them act on more.
  private static func ruleChanges(
    _ path: String, _ old: [SigmaRule], _ new: [SigmaRule], _ reflex: Set<String>
  ) -> [Change] {
    let before = Dictionary(old.map { ($0.id, $0) }) { first, _ in first }
    let after = Dictionary(new.map { ($0.id, $0) }) { first, _ in first }
    func text(_ rule: SigmaRule?) -> String { rule.map { "\($0.severity.sigmaLevel): \($0.title)" } ?? "" }
    return Set(before.keys).union(after.keys).sorted().compactMap { id in
      let (was, now) = (before[id], after[id])
      guard was != now else { return nil }
      return Change(
        kind: was == nil ? .added : now == nil ? .removed : .changed, path: "\(path)[\(id)]", before: text(was),
        after: text(now), widensAuthority: now != nil && reflex.contains(id))
    }
  }

  private static func isMore(_ new: PolicyField.Value, than old: PolicyField.Value) -> Bool {
    switch (old, new) {
    case (.flag(let old), .flag(let new)): new && !old
    case (.integer(let old), .integer(let new)): new > old
    case (.number(let old), .number(let new)): new > old
    case (.duration(let old), .duration(let new)): new > old
    default: false
    }
  }
}

extension PolicyDiff.Change: CustomStringConvertible {
  /// One line: `~ path: before → after`, `+ path: after` or `- path: before`.
  package var description: String {
    let warning = widensAuthority ? "   (widens what agents may do)" : ""
    return switch kind {
    case .changed: "~ \(path): \(before) → \(after)\(warning)"
    case .added: "+ \(path): \(after)\(warning)"
    case .removed: "- \(path): \(before)\(warning)"
    }
  }
}
