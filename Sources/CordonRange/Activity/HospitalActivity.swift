package import CordonCore

/// Something that a machine's kernel or login service sees.
package struct MachineEvent: Hashable, Sendable {
  /// Under whose rights a program runs.
  package enum Rights: Hashable, Sendable {
    case own
    /// The file's owner, root: sudo and the like.
    case setUser
    /// Root, by way of sudo or as a service.
    case root
  }

  package enum Attempt: Hashable, Sendable { case made, underWay, refused }

  package enum Deed: Hashable, Sendable {
    /// At the machine itself where there is no address.
    case logIn(from: NetworkAddress?, succeeds: Bool)
    case logOut
    case start(arguments: [String], rights: Rights)
    case connect(Peer, Attempt)
    /// A process of root's takes its person's or another's rights.
    case changeUser(rights: Rights)
    case touch(FileAct)
    /// The kernel's auditing is switched on or off.
    case setAuditing(isOn: Bool)
  }

  /// What a process does to a file.
  package enum FileAct: Hashable, Sendable {
    case write(path: String)
    /// Its content is replaced by what looks like noise.
    case encrypt(path: String)
    case rename(from: String, to: String)
  }

  package var time: Timestamp
  /// Positions in the hospital's lists; no person for the machine's own services.
  package var host: Int
  package var person: Int?
  /// Unique; 0 for the machine's own services, negative for sessions that only an attack has.
  package var session: Int
  /// Which of the session's processes; 0 is its first.
  package var process: Int
  package var program: Program
  package var deed: Deed
  /// Nil for what is ordinary. Written into no record.
  package var attack: AttackKind?

  package init(
    time: Timestamp, host: Int, person: Int?, session: Int, process: Int, program: Program, deed: Deed,
    attack: AttackKind? = nil
  ) {
    self.time = time
    self.host = host
    self.person = person
    self.session = session
    self.process = process
    self.program = program
    self.deed = deed
    self.attack = attack
  }
}

/// Something that the EHR's audit trail holds.
package struct RecordAccess: Hashable, Sendable {
  package enum Interaction: String, Sendable { case read, search, update, export }

  package var time: Timestamp
  package var person: Int
  package var host: Int
  package var interaction: Interaction
  /// Nil where no one patient is meant, as in a search.
  package var patient: Int?
  /// Nil for what is ordinary. Written into no record.
  package var attack: AttackKind?

  package init(
    time: Timestamp, person: Int, host: Int, interaction: Interaction, patient: Int?, attack: AttackKind? = nil
  ) {
    self.time = time
    self.person = person
    self.host = host
    self.interaction = interaction
    self.patient = patient
    self.attack = attack
  }
}

/// What happened, as machines, the EHR and the network see it.
package struct HospitalActivity: Hashable, Sendable {
  package var machine: [MachineEvent] = []
  package var records: [RecordAccess] = []
  package var wire: [Conversation] = []

  package init() {}

  mutating func append(_ other: HospitalActivity) {
    machine += other.machine
    records += other.records
    wire += other.wire
  }

  /// Takes out what happened before a moment, in order of time; what happened at once stays in the order of its making.
  mutating func removeAll(before end: Timestamp) -> HospitalActivity {
    var early = HospitalActivity()
    early.machine = Self.ordered(machine.filter { $0.time < end }, by: \.time)
    early.records = Self.ordered(records.filter { $0.time < end }, by: \.time)
    early.wire = Self.ordered(wire.filter { $0.time < end }, by: \.time)
    machine.removeAll { $0.time < end }
    wire.removeAll { $0.time < end }
    records.removeAll { $0.time < end }
    return early
  }

  private static func ordered<Event>(_ events: [Event], by time: KeyPath<Event, Timestamp>) -> [Event] {
    // The library's sort is not promised to be stable.
    let order = events.indices.sorted { left, right in
      (events[left][keyPath: time], left) < (events[right][keyPath: time], right)
    }
    return order.map { events[$0] }
  }
}
