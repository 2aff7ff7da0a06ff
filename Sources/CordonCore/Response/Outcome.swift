/// What became of a command, as the agent saw it.
package struct Outcome: Hashable, Sendable {
  /// Where the command stands; raw values are the wire's.
  package enum State: UInt8, Sendable, CaseIterable {
    case refused = 1
    case failed = 2
    /// In effect and verified; a one-shot is done.
    case held = 3
    case released = 4
    case expired = 5
    /// Applied, then undone because verification failed.
    case reverted = 6
    case rehearsed = 7
  }

  package var commandID: UniqueID
  package var state: State
  package var at: Timestamp
  /// Stable code of a refusal or failure; empty otherwise.
  package var code: String
  package var message: String
  package var leaseUntil: Timestamp?
  /// What was checked and what was seen, one line each.
  package var evidence: [String]
  /// `self` unless a witness probed from outside.
  package var verifiedBy: String
  /// The agent acted by itself on a tripwire.
  package var isReflex: Bool
  /// Set for a reflex: the collector never saw the command.
  package var action: Action?
  package var detectionID: UniqueID?
  /// Of a held block: where a witness can see it from outside.
  package var probe: ProbePlace?
  /// Of an answered order to unseal: a name each, sealed to the asker, in the order's order.
  package var unsealed: [[UInt8]]

  package init(
    commandID: UniqueID, state: State, at: Timestamp, code: String = "", message: String = "",
    leaseUntil: Timestamp? = nil, evidence: [String] = [], verifiedBy: String = "self", isReflex: Bool = false,
    action: Action? = nil, detectionID: UniqueID? = nil, probe: ProbePlace? = nil, unsealed: [[UInt8]] = []
  ) {
    self.commandID = commandID
    self.state = state
    self.at = at
    self.code = code
    self.message = message
    self.leaseUntil = leaseUntil
    self.evidence = evidence
    self.verifiedBy = verifiedBy
    self.isReflex = isReflex
    self.action = action
    self.detectionID = detectionID
    self.probe = probe
    self.unsealed = unsealed
  }
}
