package import CordonCore

/// Why an order is not carried out; raw values are stable, people and scripts rely on them.
package enum Refusal: String, Sendable, CaseIterable {
  /// Signed for another agent.
  case otherAgent = "other-agent"
  /// Not valid at the agent's time, beyond the policy's tolerance.
  case clock
  /// The command was seen before.
  case replayed
  /// No policy allows containment here.
  case observeOnly = "observe-only"
  /// The policy's standing or reflex authority does not cover it.
  case authority
  case neverTouch = "never-touch"
  case interlock
  case budget
  /// No lease, or one that ends before it begins.
  case lease
  case targetGone = "target-gone"
  case targetChanged = "target-changed"
  /// The sealed name does not open, or is not the one that the pseudonym says.
  case sealedName = "sealed-name"
  case journalFull = "journal-full"
  /// A renewal or release of what is not held here.
  case notHeld = "not-held"

  /// As an error for people.
  package func error(_ message: String, remedy: String = "") -> CordonError {
    CordonError(self == .journalFull ? .exhausted : .denied, rawValue, message, remedy: remedy)
  }
}
