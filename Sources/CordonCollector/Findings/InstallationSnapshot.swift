package import CordonCore

/// What the doctor looks at: the state of an installation at one moment.
package struct InstallationSnapshot: Sendable {
  /// One enrolled agent.
  package struct Agent: Sendable {
    package var id: AgentID
    package var label: String
    package var state: String
    package var isConnected: Bool
    package var lastSeen: Timestamp?
    package var policySerial: UInt64
    package var rosterSerial: UInt64
    /// How far its clock is ahead of this one's.
    package var clockOffset: Duration
    package var certificateNotAfter: Timestamp
    package var sensors: [Sensor]
    package var drops: [(cause: String, count: UInt64)]
    /// The serial of the policy that its group should follow; 0 for none.
    package var wantedPolicy: UInt64
    /// Of the keys that it names people with; 0 where it does not say.
    package var keyEpoch: UInt32

    package init(
      id: AgentID, label: String, state: String, isConnected: Bool, lastSeen: Timestamp?, policySerial: UInt64,
      rosterSerial: UInt64, clockOffset: Duration, certificateNotAfter: Timestamp, sensors: [Sensor],
      drops: [(cause: String, count: UInt64)], wantedPolicy: UInt64, keyEpoch: UInt32 = 0
    ) {
      self.keyEpoch = keyEpoch
      self.id = id
      self.label = label
      self.state = state
      self.isConnected = isConnected
      self.lastSeen = lastSeen
      self.policySerial = policySerial
      self.rosterSerial = rosterSerial
      self.clockOffset = clockOffset
      self.certificateNotAfter = certificateNotAfter
      self.sensors = sensors
      self.drops = drops
      self.wantedPolicy = wantedPolicy
    }
  }

  /// A sensor's health as its agent told it last.
  package struct Sensor: Hashable, Sendable {
    package var name: String
    package var isRunning: Bool
    /// Why it does not run, and what it needs.
    package var reason: String
    package var observed: UInt64
    package var dropped: UInt64

    package init(name: String, isRunning: Bool, reason: String, observed: UInt64, dropped: UInt64) {
      self.name = name
      self.isRunning = isRunning
      self.reason = reason
      self.observed = observed
      self.dropped = dropped
    }
  }

  package var now: Timestamp
  package var agents: [Agent]
  package var heartbeat: Duration
  package var clockTolerance: Duration
  /// Nil before any roster.
  package var rosterNotAfter: Timestamp?
  package var rosterSerial: UInt64
  /// 0 before any policy.
  package var policySerial: UInt64
  package var collectorCertificateNotAfter: Timestamp
  package var intermediateNotAfter: Timestamp
  /// Bytes free where the data directory lies; nil where unknown.
  package var diskFree: UInt64?
  /// Decisions that wait for the sequencer, and since when the oldest does.
  package var ledgerPending: Int
  package var ledgerOldestPending: Timestamp?
  package var recordsRefused: UInt64

  package init(
    now: Timestamp, agents: [Agent], heartbeat: Duration, clockTolerance: Duration, rosterNotAfter: Timestamp?,
    rosterSerial: UInt64, policySerial: UInt64, collectorCertificateNotAfter: Timestamp,
    intermediateNotAfter: Timestamp, diskFree: UInt64?, ledgerPending: Int, ledgerOldestPending: Timestamp?,
    recordsRefused: UInt64
  ) {
    self.now = now
    self.agents = agents
    self.heartbeat = heartbeat
    self.clockTolerance = clockTolerance
    self.rosterNotAfter = rosterNotAfter
    self.rosterSerial = rosterSerial
    self.policySerial = policySerial
    self.collectorCertificateNotAfter = collectorCertificateNotAfter
    self.intermediateNotAfter = intermediateNotAfter
    self.diskFree = diskFree
    self.ledgerPending = ledgerPending
    self.ledgerOldestPending = ledgerOldestPending
    self.recordsRefused = recordsRefused
  }
}
