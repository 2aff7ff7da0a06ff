package import CordonCore

/// What the policy knows of a target machine, and what an order to it needs.
package enum ContainmentRule {
  /// Facts of a host by its label; nil where no policy registers it.
  package static func criticality(of label: String, in policy: Policy) -> Criticality? {
    policy.interlock.hosts.first { $0.label == label }?.criticality
  }

  /// Whether an order needs the clinical threshold: life-sustaining, therapeutic, unregistered.
  package static func isClinical(_ criticality: Criticality?) -> Bool { criticality?.allowsAutomation != true }

  /// Whether the standing key may give the order, its budget aside.
  ///
  /// - Throws: why not: `observe-only`, `standing-off`, `standing-action`, `clinical-target`.
  package static func checkStanding(
    _ action: Action.Name, label: String, policy: Policy
  ) throws(CordonError) {
    let containment = policy.containment
    guard containment.isEnabled else {
      throw CordonError(.denied, "observe-only", "Policy “\(policy.name)” is observe-only.")
    }
    guard containment.standing.isEnabled else {
      throw CordonError(.denied, "standing-off", "Policy “\(policy.name)” gives no standing authority.")
    }
    guard let most = containment.standing.budgets[action], most > 0 else {
      throw CordonError(
        .denied, "standing-action",
        "Policy “\(policy.name)” does not name \(action.rawValue) in its standing authority.")
    }
    guard !isClinical(criticality(of: label, in: policy)) else {
      throw CordonError(
        .denied, "clinical-target", "“\(label)” is life-sustaining, therapeutic or unregistered.",
        remedy: "Two people sign, one of them clinical: cordon command propose, then approve.")
    }
  }
}
