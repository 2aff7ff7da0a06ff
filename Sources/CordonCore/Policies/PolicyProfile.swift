/// How much of a machine an agent touches in order to see.
package enum PolicyProfile: String, Sendable, CaseIterable {
  /// Everything that the policy's fields ask for.
  case full
  /// Logs and lists are read, and nothing else: no rules in the kernel's audit, no watch on file systems, no canary, no
  /// reflex. For machines whose maker allows no more.
  case passive
}

extension Policy {
  /// With what its profile forbids switched off; a compiled policy is always so.
  package var inForce: Policy {
    guard profile == .passive else { return self }
    var policy = self
    policy.audit.isEnabled = false
    policy.file.isEnabled = false
    policy.tripwires.canaryFolders = []
    policy.containment.reflex.isEnabled = false
    return policy
  }
}
