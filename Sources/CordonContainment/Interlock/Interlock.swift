package import CordonCore

/// Whether care depends on a target: rules of the policy above a floor in code that no policy lowers.
///
/// The floor: what is not registered counts as life-sustaining; automation alone touches neither a life-sustaining or
/// therapeutic machine, nor a declared clinical process, nor a declared clinical peer.
package struct Interlock: Sendable {
  /// Of this machine; nil where the policy does not name it.
  package var criticality: Criticality?
  package var clinicalExecutables: Set<String>
  package var clinicalNetworks: [IPNetwork]

  /// The rules for the machine with a label; a label named twice counts at its most critical.
  package init(_ policy: Policy.Interlock, label: String) {
    let facts = policy.hosts.filter { $0.label == label }
    criticality = facts.map(\.criticality).min { $0.rawValue < $1.rawValue }
    clinicalExecutables = Set(policy.clinicalExecutables)
    clinicalNetworks = policy.clinicalNetworks.compactMap { IPNetwork($0) }
  }

  /// Unknown counts as life-sustaining.
  package var effectiveCriticality: Criticality { criticality ?? .lifeSustaining }

  /// Refuses what needs a clinical signature that is not there.
  package func check(_ authority: Authority, tree: [ProcessFacts]) throws(CordonError) {
    try checkMachine(authority)
    guard authority != .clinicalOperators, tree.contains(where: { clinicalExecutables.contains($0.executable) }) else {
      return
    }
    throw Refusal.interlock.error(
      "The target runs, or has started, a declared clinical program.",
      remedy: "It takes signatures for contain-clinical, one of them clinical.")
  }

  /// Refuses to cut off a clinical peer without a clinical signature.
  package func check(_ authority: Authority, address: IPAddress) throws(CordonError) {
    try checkMachine(authority)
    guard authority != .clinicalOperators, clinicalNetworks.contains(where: { $0.contains(address) }) else { return }
    throw Refusal.interlock.error(
      "The address belongs to a declared clinical network.",
      remedy: "It takes signatures for contain-clinical, one of them clinical.")
  }

  private func checkMachine(_ authority: Authority) throws(CordonError) {
    guard authority != .clinicalOperators, !effectiveCriticality.allowsAutomation else { return }
    let what = criticality.map { "registered as \(Self.name($0))" } ?? "not registered, so it counts as life-sustaining"
    throw Refusal.interlock.error(
      "This machine is \(what).",
      remedy: "Register it under interlock.hosts in the policy, or sign for contain-clinical.")
  }

  private static func name(_ criticality: Criticality) -> String {
    switch criticality {
    case .lifeSustaining: "life-sustaining"
    case .therapeutic: "therapeutic"
    case .diagnostic: "diagnostic"
    case .administrative: "administrative"
    }
  }
}
