/// What an agent may be asked to do to its machine.
package enum Action: Hashable, Sendable {
  /// Reversible: the process and its children are frozen.
  case suspendProcess(ProcessRef)
  /// Reversible: no packet to or from the address, new and established flows.
  case blockAddress(SealedEntity)
  /// One-shot: SIGKILL through a pidfd.
  case killProcess(ProcessRef)

  /// Stable names, as policies and people write them.
  package enum Name: String, Sendable, CaseIterable, Hashable {
    case suspendProcess = "suspend-process"
    case blockAddress = "block-address"
    case killProcess = "kill-process"

    /// Whether it is leased and can be undone.
    package var isReversible: Bool { self != .killProcess }
  }

  package var name: Name {
    switch self {
    case .suspendProcess: .suspendProcess
    case .blockAddress: .blockAddress
    case .killProcess: .killProcess
    }
  }
}
