package import CordonCore
package import CordonTelemetry

/// Which machine the worker works on.
package struct WorkerSettings: Hashable, Sendable {
  package var machine: MachineID
  /// The agent's label, given at enrolment; names the host in windows and detections.
  package var host: String
  package var bootID: String
  /// What is read is a recording, in its own time: nothing that it shows is acted on by reflex.
  package var isRecorded: Bool

  package init(machine: MachineID, host: String, bootID: String, isRecorded: Bool = false) {
    self.machine = machine
    self.host = host
    self.bootID = bootID
    self.isRecorded = isRecorded
  }

  /// What its detections say of the machine.
  var context: DetectionContext { DetectionContext(host: host, bootID: bootID) }
}

/// What the worker asks the keeper to do at once, on a tripwire. The keeper decides.
package struct ReflexRequest: Hashable, Sendable {
  package var detection: Detection
  package var action: Action
  /// The peer to block; stays on this machine.
  package var address: IPAddress?

  package init(detection: Detection, action: Action, address: IPAddress? = nil) {
    self.detection = detection
    self.action = action
    self.address = address
  }
}

/// Descendants of a suspect that the worker remembers, for the keeper to look at.
package struct ProcessLineage: Hashable, Sendable {
  package struct Kin: Hashable, Sendable {
    package var pid: UInt32
    package var seen: Timestamp
  }

  package var process: ProcessRef
  package var kin: [Kin]
}

/// What came of a step of the pipeline.
package struct WorkerOutput: Hashable, Sendable {
  /// For the spool, in order.
  package var records: [Record] = []
  /// For the keeper.
  package var reflexes: [ReflexRequest] = []
  /// For the keeper, before the reflexes.
  package var lineages: [ProcessLineage] = []
  /// For the spool, together with the records: what was taken in for them and all before; nil: nothing changed.
  package var intake: Intake?

  package init() {}

  package var isEmpty: Bool { records.isEmpty && reflexes.isEmpty && lineages.isEmpty && intake == nil }
}

/// What the pipeline has seen and dropped since it was made, for heartbeats.
package struct WorkerCounters: Hashable, Sendable {
  /// Raw records taken in.
  package var records: UInt64 = 0
  package var observed: UInt64 = 0
  /// Dropped before they came here: by the kernel, a source's queue, the seam.
  package var lost: UInt64 = 0
  package var malformed: UInt64 = 0
  /// Events given up unfinished, because too many were open.
  package var abandoned: UInt64 = 0
  /// Of no sensor that this version knows.
  package var unknownSensor: UInt64 = 0
  package var detections: UInt64 = 0
  /// Tripwires' hits that were folded into others.
  package var folded: UInt64 = 0
  /// Patients whose numbers in an audit trail cannot be names: empty, overlong or with control characters.
  package var unnamed: UInt64 = 0
  /// Windows that could not be scored; they are sent all the same.
  package var unscored: UInt64 = 0
  /// Searches of Sigma rules' regular expressions that ended at a limit.
  package var expressionsGivenUp: UInt64 = 0
  /// Policies whose Sigma rules could not be taken: the earlier ones stayed in force.
  package var refusedRules: UInt64 = 0
  /// Devices of the policy whose sealed addresses could not be opened.
  package var unopened: UInt64 = 0
  package var windows = WindowCounters()

  package init() {}

  /// Everything that came and is in no window, by whatever cause.
  package var dropped: UInt64 {
    lost + malformed + abandoned + unknownSensor + windows.late + windows.overflow
  }
}
