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
  /// The actor is whom a person logged in as, not only a user that a program runs as.
  package var isLogin: Bool
  package var process: ObservedProcess?
  package var object: ObservedObject
  /// Set where another machine's log tells it: it is no doing of this machine then.
  package var foreign: ForeignEvent?

  package init(
    time: Timestamp, family: SourceFamily, source: String, activity: Activity, outcome: ActivityOutcome = .unknown,
    actor: RawAccount? = nil, isLogin: Bool = false, process: ObservedProcess? = nil, object: ObservedObject = .none,
    foreign: ForeignEvent? = nil
  ) {
    self.time = time
    self.family = family
    self.source = source
    self.activity = activity
    self.outcome = outcome
    self.actor = actor
    self.isLogin = isLogin
    self.process = process
    self.object = object
    self.foreign = foreign
  }
}

/// What was done.
package enum Activity: UInt8, Sendable, CaseIterable {
  case processStart, connect, privilegeChange, moduleLoad
  case fileWrite, fileRename, fileDelete, fileOpen
  case sensorTampering, sensorLoss
  /// Something done in an electronic health record.
  case recordAccess
  /// No doing of anybody: what planning says of who cares for whom.
  case careFact
  /// An account, or a group of them, was made or changed.
  case accountChange
  /// What only rules look at.
  case systemEvent
  /// Another program of the site raised an alarm.
  case alert
  /// Something that two machines did with each other, seen on the network.
  case exchange
  /// Somebody was let in, or was not; left; used rights that are not their own.
  case logOn, logOff, privilegeUse
  /// A service, a task or another point from which programs start by themselves was made or changed.
  case persistenceChange
  case packageChange
  /// Somebody listens on a port.
  case listen
  /// A disk or stick came to the machine.
  case storageAttach
  /// A system call that attacks need and every day's work does not.
  case sensitiveCall
  /// Data of a database, a file share or a directory was used.
  case dataAccess
}

/// Whether it worked, where the source says.
package enum ActivityOutcome: UInt8, Sendable { case success, failure, unknown }

/// An account as a source names it.
package enum RawAccount: Hashable, Sendable {
  case uid(UInt32)
  case name(String)
  /// An account as this machine's own log-in programs write it: the machine's where it knows it, else the realm's.
  case login(String)
  /// An account of the electronic health record, bare where it is of the record's own realm.
  case record(String)
}

/// The process that did it, as far as the source knows it.
package struct ObservedProcess: Hashable, Sendable {
  package var pid: UInt32
  /// 0 where the source does not say.
  package var parent: UInt32
  /// Clock ticks since boot; 0 until looked up.
  package var startTicks: UInt64
  /// Of the parent; 0 until looked up.
  package var parentStartTicks: UInt64
  /// Raw bytes of the executable's path, unnormalised.
  package var executable: [UInt8]

  package init(
    pid: UInt32, parent: UInt32 = 0, startTicks: UInt64 = 0, parentStartTicks: UInt64 = 0, executable: [UInt8] = []
  ) {
    self.pid = pid
    self.parent = parent
    self.startTicks = startTicks
    self.parentStartTicks = parentStartTicks
    self.executable = executable
  }
}

/// What it was done to.
package enum ObservedObject: Hashable, Sendable {
  case none
  /// The program that was started.
  case program(StartedProgram)
  /// A peer, and its port.
  case peer(IPAddress, port: UInt16)
  case file(ObservedFile)
  /// Where the file was, and where it is.
  case renamed(from: [UInt8], to: ObservedFile)
  case module(name: String)
  /// What was done in a health record, and to whose.
  case access(EHRAccess)
  case care(CareFact)
  case alert(ObservedAlert)
  /// What two machines did with each other.
  case exchange(WireExchange)
  /// The addresses of the machine that captures: no doing of anybody.
  case ownAddresses([IPAddress])
  case authentication(Authentication)
  case port(ListeningPort)
  case persistence(PersistenceChange)
  case package(PackageChange)
  case call(SensitiveCall)
  case data(DataAccess)
  /// Free text that says what happened to a sensor; never leaves.
  case sensor(name: String, detail: String)
}

/// A file, and what a sample of its content looks like.
package struct ObservedFile: Hashable, Sendable {
  /// Raw bytes, unnormalised.
  package var path: [UInt8]
  /// Nil where nothing was sampled: too small, gone, or not a regular file.
  package var content: SampledContent?
  /// A decoy that Cordon planted.
  package var isCanary: Bool
  /// Made by the same act or just before it, not rewritten.
  package var isNew: Bool

  package init(path: [UInt8], content: SampledContent? = nil, isCanary: Bool = false, isNew: Bool = false) {
    self.path = path
    self.content = content
    self.isCanary = isCanary
    self.isNew = isNew
  }
}

/// Numbers about a file's content; the content itself stays where it was read.
package struct SampledContent: Hashable, Sendable {
  /// Bits a byte, 0 to 8, of the most random block sampled.
  package var entropy: Float
  /// Begins like a format that is dense by design: an archive, an image, a document of office software.
  package var isKnownFormat: Bool
  /// Bytes.
  package var size: UInt64

  package init(entropy: Float, isKnownFormat: Bool, size: UInt64) {
    self.entropy = entropy
    self.isKnownFormat = isKnownFormat
    self.size = size
  }

  /// Whether it looks encrypted: at least as random as the floor, and no format that explains it.
  package func looksEncrypted(floor: Float) -> Bool { entropy >= floor && !isKnownFormat }
}
