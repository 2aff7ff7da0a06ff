/// Where a command stands on its way through an agent; raw values are the journal's and never change.
package enum HoldState: UInt8, Sendable, CaseIterable {
  /// Received, nothing looked at.
  case proposed = 1
  /// Allowed by signer, target, validity, never-touch, interlock and budget.
  case checked = 2
  /// Its undo is on disk; from here a restart must finish or undo it.
  case journalled = 3
  case applied = 4
  case verified = 5
  /// In effect until its lease ends; a one-shot is done.
  case held = 6
  case released = 7
  case expired = 8
  /// Undone because verification failed or the machine changed.
  case reverted = 9
  case refused = 10
  /// It could not be applied, and nothing of it is left.
  case failed = 11

  /// What may come next.
  package var successors: Set<HoldState> {
    switch self {
    case .proposed: [.checked, .refused]
    case .checked: [.journalled, .refused, .failed]
    case .journalled: [.applied, .released, .expired, .reverted, .failed]
    case .applied: [.verified, .released, .expired, .reverted, .failed]
    case .verified: [.held, .released, .expired, .reverted, .failed]
    case .held: [.held, .released, .expired, .reverted]
    case .released, .expired, .reverted, .refused, .failed: []
    }
  }

  package var isFinal: Bool { successors.isEmpty }
  /// On disk, with an undo that a restart may need.
  package var isActive: Bool { (HoldState.journalled.rawValue...HoldState.held.rawValue).contains(rawValue) }
}
