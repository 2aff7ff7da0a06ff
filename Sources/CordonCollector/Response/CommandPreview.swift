package import CordonCore

/// What a command would do, in words, before anyone signs it.
package struct CommandPreview: Hashable, Sendable {
  /// What it changes, its undo, its verification, its blast radius: one line each.
  package var effects: [String]
  package var warnings: [String]

  /// - Parameters:
  ///   - label: the target machine's.
  ///   - criticality: nil where no policy registers the machine.
  ///   - isConnected: whether the agent could hear of it now.
  ///   - policySerial: serial of the policy that the agent says it follows; 0 for none.
  package init(
    of command: Command, label: String, criticality: Criticality?, isConnected: Bool, policy: Policy,
    policySerial: UInt64
  ) {
    effects = Self.effects(of: command.action, label: label, lease: command.lease)
    var warnings: [String] = []
    if command.mode == .dryRun { warnings.append("Dry run: every check is made, nothing is changed.") }
    if ContainmentRule.isClinical(criticality) {
      let what = criticality.map { "registered as \($0)" } ?? "not registered, and so counts as life-sustaining"
      warnings.append("\(label) is \(what): two people sign, one of them clinical.")
    }
    if !isConnected {
      warnings.append("The agent on \(label) is not connected; the order waits for it until it expires.")
    }
    if !policy.containment.isEnabled {
      warnings.append("The policy in force is observe-only: the agent will refuse.")
    } else if policySerial != policy.serial {
      warnings.append("The agent follows policy serial \(policySerial), not \(policy.serial): it may decide otherwise.")
    }
    if !command.action.name.isReversible { warnings.append("This cannot be undone.") }
    self.warnings = warnings
  }

  private static func effects(of action: Action, label: String, lease: Duration) -> [String] {
    let minutes = max(1, lease.milliseconds / 60_000)
    return switch action {
    case .suspendProcess(let process):
      [
        "Changes: freezes process \(process.pid) on \(label) and its children; they keep their memory and files.",
        "Undo: thaws them; at the latest after \(minutes) min, by itself.",
        "Verification: the kernel reports the group frozen, and the processes use no more CPU time.",
        "Blast radius: who waits for this process waits; its network peers see a stalled connection.",
      ]
    case .blockAddress(let address):
      [
        "Changes: drops every packet between \(label) and \(address.entity.shortName), new and established flows.",
        "Undo: removes the rule; at the latest after \(minutes) min, by itself.",
        "Verification: the rule is in the kernel, and management, DHCP and DNS still pass.",
        "Blast radius: every service on \(label) that talks to this address.",
      ]
    case .killProcess(let process):
      [
        "Changes: ends process \(process.pid) on \(label) at once; what it had not saved is lost.",
        "Undo: none; whoever supervises the process may start it again.",
        "Verification: the process is gone.",
        "Blast radius: who uses this process; its children live on.",
      ]
    }
  }
}
