/// One thing that happened, from one record of one source, with raw names: it never leaves the machine.
package struct Observation: Hashable, Sendable {
  package var time: Timestamp
  package var family: SourceFamily
  /// Name of the sensor, such as `audit`.
  package var source: String
  package var activity: Activity
  package var outcome: ActivityOutcome
  /// Login user where known, else the effective one: a raw uid or account name; nil for the kernel and unknown.
  package var actor: RawAccount?
  package var process: ObservedProcess?
  package var object: ObservedObject

  package init(
    time: Timestamp, family: SourceFamily, source: String, activity: Activity, outcome: ActivityOutcome = .unknown,
    actor: RawAccount? = nil, process: ObservedProcess? = nil, object: ObservedObject = .none
  ) {
    self.time = time
    self.family = family
    self.source = source
    self.activity = activity
    self.outcome = outcome
    self.actor = actor
    self.process = process
    self.object = object
  }
}

/// What was done.
package enum Activity: UInt8, Sendable, CaseIterable {
  case processStart, connect, privilegeChange, moduleLoad
  case fileWrite, fileRename, fileDelete, fileOpen
  case sensorTampering, sensorLoss
}

/// Whether it worked, where the source says.
package enum ActivityOutcome: UInt8, Sendable { case success, failure, unknown }

/// An account as a source names it.
package enum RawAccount: Hashable, Sendable {
  case uid(UInt32)
  case name(String)
}

/// The process that did it, as the source or /proc names it.
package struct ObservedProcess: Hashable, Sendable {
  package var pid: UInt32
  /// 0 where the source does not say.
  package var parent: UInt32
  /// Clock ticks since boot; 0 until looked up.
  package var startTicks: UInt64
  /// Raw bytes of the executable's path, unnormalised.
  package var executable: [UInt8]

  package init(pid: UInt32, parent: UInt32 = 0, startTicks: UInt64 = 0, executable: [UInt8] = []) {
    self.pid = pid
    self.parent = parent
    self.startTicks = startTicks
    self.executable = executable
  }
}

/// What it was done to.
package enum ObservedObject: Hashable, Sendable {
  case none
  /// A peer: 4 or 16 address bytes, port.
  case peer(address: [UInt8], port: UInt16)
  /// Raw path bytes; entropy in bits a byte where content was sampled.
  case file(path: [UInt8], entropy: Float?)
  case renamed(from: [UInt8], to: [UInt8])
  case module(name: String)
  /// Free text that says what happened to a sensor; never leaves.
  case sensor(name: String, detail: String)
}
