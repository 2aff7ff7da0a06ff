package import CordonCore

/// How a name may leave an agent.
package enum NameClass: Sendable {
  /// As it is.
  case clear
  /// A keyed pseudonym in windows; in detections also the sealed name.
  case pseudonym

  /// The class of a kind; a service account that the policy names, and an executable that an OS package owns, are clear
  /// one by one (`Pseudonymiser`, `PackageOwnership`). Free text, payloads and contents have no kind and never leave.
  package init(of kind: EntityKind) { self = kind.isClear ? .clear : .pseudonym }
}
