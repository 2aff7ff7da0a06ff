package import CordonCore

/// Where a command stands on the collector; raw values are stored and shown.
package enum CommandState: String, Sendable, CaseIterable {
  /// Signed by too few.
  case proposed
  /// Enough have signed; on its way to the agent.
  case ordered
  case refused, failed, held, released, expired, reverted, rehearsed
  /// Its validity ended before enough had signed.
  case lapsed

  /// Whether nothing can follow.
  package var isFinal: Bool {
    switch self {
    case .proposed, .ordered, .held: false
    case .refused, .failed, .released, .expired, .reverted, .rehearsed, .lapsed: true
    }
  }

  /// Whether a containment may be in effect on the machine.
  package var isInEffect: Bool { self == .held }

  package init(_ outcome: Outcome.State) {
    self =
      switch outcome {
      case .refused: .refused
      case .failed: .failed
      case .held: .held
      case .released: .released
      case .expired: .expired
      case .reverted: .reverted
      case .rehearsed: .rehearsed
      }
  }

  /// The state after an outcome; nil where the outcome tells nothing new or comes out of order.
  ///
  /// The agent is the witness of its machine: what it says of an ordered or held command stands, and a command that
  /// has ended never comes back. A renewed lease is told as `held` again.
  package func after(_ outcome: Outcome.State) -> CommandState? {
    let next = CommandState(outcome)
    return switch self {
    case .proposed, .lapsed: nil
    case .ordered: next
    case .held: next == .refused || next == .rehearsed ? nil : next
    case .refused, .failed, .released, .expired, .reverted, .rehearsed: nil
    }
  }
}
