package import CordonCore
package import CordonTrust

/// Judges what the collector passes on to this agent.
///
/// The uplink knows no signatures: the handler verifies, and obeys nothing that does not verify. It answers with the
/// verdict, not with the effect, within a second or so: the stream's answers wait behind it. The collector repeats a
/// directive until it is answered, so the same one may come again after a reconnect; the effect must not.
package protocol DirectiveHandler: Sendable {
  func obey(_ envelope: Envelope, directive id: UInt64) async -> DirectiveVerdict
}

/// What a directive is answered with.
package enum DirectiveVerdict: Hashable, Sendable {
  case accepted
  case refused(CordonError)
  /// This agent does not know the envelope's type.
  case unsupported
}

/// What an agent knows of itself, for Hello and heartbeats.
package struct AgentStatus: Hashable, Sendable {
  package struct Sensor: Hashable, Sendable {
    package var name: String
    package var isRunning: Bool
    /// Why it does not run, and what it needs.
    package var reason: String
    package var observed: UInt64
    package var dropped: UInt64

    package init(name: String, isRunning: Bool, reason: String = "", observed: UInt64 = 0, dropped: UInt64 = 0) {
      self.name = name
      self.isRunning = isRunning
      self.reason = reason
      self.observed = observed
      self.dropped = dropped
    }
  }

  /// Own CPU time since the start, and anonymous memory, over both processes.
  package var cpu: Duration = .zero
  package var memoryBytes: UInt64 = 0
  package var sensors: [Sensor] = []
  /// By cause, since the start; the spool's own are added by the uplink.
  package var drops: [String: UInt64] = [:]
  package var policySerial: UInt64 = 0
  package var rosterSerial: UInt64 = 0
  package var trustSerial: UInt64 = 0
  /// Pseudonyms of this machine's own addresses.
  package var addresses: [EntityRef] = []
  /// Of the keys that people are named with; 0 before the first.
  package var keyEpoch: UInt32 = 0
  /// Actions now held.
  package var held: UInt32 = 0
  /// Models offered or in use, one a schema and role.
  package var models: [ModelUse] = []
  /// The newest ledger checkpoint that this agent saw (C2SP signed note).
  package var checkpoint = ""

  package init() {}
}

/// Where the uplink asks what to report.
package protocol AgentStatusSource: Sendable {
  /// Cheap to read: asked many times a second.
  var pulse: AgentPulse { get }
  var status: AgentStatus { get async }

  /// The collector showed a ledger checkpoint; the agent remembers it, and reports one that contradicts an earlier one.
  func saw(checkpoint: String) async
}

extension AgentStatusSource {
  package var pulse: AgentPulse { AgentPulse() }
}

/// When the next heartbeat is due.
package struct AgentPulse: Hashable, Sendable {
  /// As the policy says; nil: the uplink's own.
  package var period: Duration?
  /// Grows with each change that the collector should not wait for: another policy, a sensor lost, an action held.
  package var changes: UInt64

  package init(period: Duration? = nil, changes: UInt64 = 0) {
    self.period = period
    self.changes = changes
  }
}

/// What of an agent never changes while it runs.
package struct AgentDescription: Hashable, Sendable {
  package var version: String
  package var bootID: String
  package var schemas: [FeatureSchema]

  package init(version: String, bootID: String, schemas: [FeatureSchema] = FeatureSchema.all) {
    self.version = version
    self.bootID = bootID
    self.schemas = schemas
  }
}
