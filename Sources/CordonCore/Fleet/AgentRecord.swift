/// An enrolled agent, as the collector knows it.
package struct AgentRecord: Hashable, Sendable {
  /// Whether an agent may speak; raw values are stored and shown.
  package enum State: String, Sendable, CaseIterable {
    case enrolled
    /// Its identity was seen in two places: nobody with it is listened to.
    case quarantined
    /// Never listened to again.
    case revoked
  }

  package var id: AgentID
  package var label: String
  package var group: String
  package var state: State
  /// Why it is quarantined or revoked; empty otherwise.
  package var stateReason: String
  /// SHA-256 of its current key's subject public key info.
  package var keyDigest: [UInt8]
  /// X25519 public key that messages to it alone are sealed to.
  package var sealingKey: [UInt8]
  package var enrolledAt: Timestamp
  package var certificateNotAfter: Timestamp
  package var lastSeen: Timestamp?
  package var version: String
  package var bootID: String
  /// Its clock less the collector's.
  package var clockOffset: Duration
  package var policySerial: UInt64
  package var rosterSerial: UInt64
  /// Its newest; nil before the first.
  package var heartbeat: AgentHeartbeat?

  package init(
    id: AgentID, label: String, group: String = "", state: State = .enrolled, stateReason: String = "",
    keyDigest: [UInt8], sealingKey: [UInt8] = [], enrolledAt: Timestamp, certificateNotAfter: Timestamp,
    lastSeen: Timestamp? = nil, version: String = "", bootID: String = "", clockOffset: Duration = .zero,
    policySerial: UInt64 = 0, rosterSerial: UInt64 = 0, heartbeat: AgentHeartbeat? = nil
  ) {
    self.id = id
    self.label = label
    self.group = group
    self.state = state
    self.stateReason = stateReason
    self.keyDigest = keyDigest
    self.sealingKey = sealingKey
    self.enrolledAt = enrolledAt
    self.certificateNotAfter = certificateNotAfter
    self.lastSeen = lastSeen
    self.version = version
    self.bootID = bootID
    self.clockOffset = clockOffset
    self.policySerial = policySerial
    self.rosterSerial = rosterSerial
    self.heartbeat = heartbeat
  }
}

/// What an agent says of itself every few seconds.
package struct AgentHeartbeat: Hashable, Sendable {
  package struct Drop: Hashable, Sendable, Codable {
    package var cause: String
    package var count: UInt64

    package init(cause: String, count: UInt64) {
      self.cause = cause
      self.count = count
    }
  }

  package struct Sensor: Hashable, Sendable, Codable {
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

  /// The agent's clock.
  package var clock: Timestamp
  /// Processor time used since its start, milliseconds.
  package var cpuMilliseconds: UInt64
  package var memoryBytes: UInt64
  package var spoolRecords: UInt64
  package var spoolBytes: UInt64
  package var drops: [Drop]
  package var sensors: [Sensor]
  /// The newest ledger checkpoint that it saw; a C2SP signed note, or empty.
  package var checkpoint: String
  package var bootID: String
  package var policySerial: UInt64
  package var rosterSerial: UInt64
  /// Containments now in effect.
  package var held: UInt32
  /// Models offered or in use, one a schema and role.
  package var models: [ModelUse]
  /// Of the keys that it names people with; 0 where it does not say.
  package var keyEpoch: UInt32

  package init(
    clock: Timestamp, cpuMilliseconds: UInt64 = 0, memoryBytes: UInt64 = 0, spoolRecords: UInt64 = 0,
    spoolBytes: UInt64 = 0, drops: [Drop] = [], sensors: [Sensor] = [], checkpoint: String = "", bootID: String = "",
    policySerial: UInt64 = 0, rosterSerial: UInt64 = 0, held: UInt32 = 0, models: [ModelUse] = [],
    keyEpoch: UInt32 = 0
  ) {
    self.keyEpoch = keyEpoch
    self.clock = clock
    self.cpuMilliseconds = cpuMilliseconds
    self.memoryBytes = memoryBytes
    self.spoolRecords = spoolRecords
    self.spoolBytes = spoolBytes
    self.drops = drops
    self.sensors = sensors
    self.checkpoint = checkpoint
    self.bootID = bootID
    self.policySerial = policySerial
    self.rosterSerial = rosterSerial
    self.held = held
    self.models = models
  }
}

extension AgentHeartbeat: Codable {
  /// A heartbeat that an earlier version stored says nothing of models or keys.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      clock: try values.decode(Timestamp.self, forKey: .clock),
      cpuMilliseconds: try values.decode(UInt64.self, forKey: .cpuMilliseconds),
      memoryBytes: try values.decode(UInt64.self, forKey: .memoryBytes),
      spoolRecords: try values.decode(UInt64.self, forKey: .spoolRecords),
      spoolBytes: try values.decode(UInt64.self, forKey: .spoolBytes),
      drops: try values.decode([Drop].self, forKey: .drops),
      sensors: try values.decode([Sensor].self, forKey: .sensors),
      checkpoint: try values.decode(String.self, forKey: .checkpoint),
      bootID: try values.decode(String.self, forKey: .bootID),
      policySerial: try values.decode(UInt64.self, forKey: .policySerial),
      rosterSerial: try values.decode(UInt64.self, forKey: .rosterSerial),
      held: try values.decode(UInt32.self, forKey: .held),
      models: try values.decodeIfPresent([ModelUse].self, forKey: .models) ?? [],
      keyEpoch: try values.decodeIfPresent(UInt32.self, forKey: .keyEpoch) ?? 0)
  }
}
