package import CordonCore

/// Records of Windows' event logs as JSON to observations of the computers that they name: each record stands alone.
///
/// Nothing is believed of a record but what its event says: the computer is only a name until the policy lists it.
package struct WindowsParser: SensorParser {
  package private(set) var counters = ParserCounters()

  private var fields = RecordFields(WindowsField.tree)
  private var interest = RuleInterest.everything

  package init() {}

  /// Keeps for rules what the policy's rules ask for, from the next record on.
  package mutating func use(_ policy: Policy) { interest = RuleInterest(policy.sigma) }

  package mutating func parse(_ record: [UInt8], arrived: Timestamp, into observations: inout [Observation]) {
    counters.records += 1
    guard fields.readJSON(record), let number = fields.number(Int(SigmaField.eventID.rawValue)), let time else {
      counters.malformed += 1
      return
    }
    guard let meaning = meaning(of: number), isOfInterest(meaning),
      let observation = observation(meaning, at: time)
    else {
      counters.ignored += 1
      return
    }
    counters.observations += 1
    observations.append(observation)
  }

  package mutating func advance(to now: Timestamp, into observations: inout [Observation]) {}

  package mutating func finish(into observations: inout [Observation]) {}

  /// A ticket that a domain controller refuses is a log-on that failed; one that it grants, the computer itself tells of.
  private func meaning(of number: UInt64) -> WindowsMeaning? {
    let meaning = WindowsMeaning.of(number, in: WindowsLog(fields))
    let status = Int(SigmaField.status.rawValue)
    let isRefused = number == 4768 && meaning != nil && fields.has(status) && fields.number(status) != 0
    return isRefused ? .refusedTicket : meaning
  }

  /// What only rules look at is read where one looks.
  private func isOfInterest(_ meaning: WindowsMeaning) -> Bool {
    meaning.activity != .systemEvent || meaning.sources.contains { interest.reads($0) }
  }

  /// When the event happened, as the layout tells it best: the event's own time, Sysmon's, the shipper's, the local one.
  private var time: Timestamp? {
    for field in [WindowsField.eventTime, .utcTime, .timestamp, .localTime] {
      if let time = MomentText.read(fields.raw(field.rawValue)) { return time }
    }
    return nil
  }

  private func observation(_ meaning: WindowsMeaning, at time: Timestamp) -> Observation? {
    let computer = fields.text(.computer) ?? fields.text(.host) ?? ""
    guard computer.utf8.count <= CanonicalName.partLimit else { return nil }
    var made = Observation(
      time: time, family: .host, source: WindowsSensor.name, activity: meaning.activity, outcome: meaning.outcome,
      foreign: ForeignEvent(machine: computer, sources: meaning.sources))
    let isMade =
      switch meaning.shape {
      case .logOn, .logOff: readLogOn(&made, computer)
      case .processStart: readProcess(&made, computer)
      case .connection: readConnection(&made, computer)
      case .filteredConnection: readFilteredConnection(&made)
      case .fileWrite, .fileDelete: readFile(&made, computer)
      case .act: readSubject(&made, computer)
      case .logCleared: readCleared(&made, computer)
      }
    guard isMade else { return nil }
    keepForRules(&made, meaning)
    return made
  }

  /// Of Windows' own accounts no log-on is told: services log on by the thousand.
  private func readLogOn(_ made: inout Observation, _ computer: String) -> Bool {
    made.actor = WindowsAccounts.account(
      fields.text(.targetUserName), domain: fields.text(.targetDomainName), identifier: fields.text(.targetUserSID),
      computer: computer)
    guard made.actor != nil else { return false }
    made.isLogin = made.activity == .logOn && made.outcome == .success
    guard made.activity == .logOn else { return true }
    // An account that does not exist may bear any name, a password typed in the wrong field too.
    let isOfNobody =
      fields.equals(Int(SigmaField.subStatus.rawValue), "0xc0000064")
      // Kerberos: the client is not in its database.
      || made.outcome == .failure && fields.number(Int(SigmaField.status.rawValue)) == 6
    made.object = .authentication(
      Authentication(service: service, method: .unknown, origin: origin, isOfNobody: isOfNobody))
    // So it goes nowhere.
    if isOfNobody { made.actor = nil }
    return true
  }

  /// By the log-on's type: at the screen, to a desktop from afar, or to what the network offers.
  private var service: Authentication.Service {
    switch fields.number(Int(SigmaField.logOnType.rawValue)) {
    case 2, 7, 11: .login
    case 10: .display
    default: .other
    }
  }

  private var origin: Authentication.Origin? {
    if let address = fields.address(Int(SigmaField.ipAddress.rawValue)) { return .address(address) }
    guard let name = fields.text(.workstationName), !name.isEmpty, name != "-",
      name.utf8.count <= CanonicalName.partLimit
    else { return nil }
    return .name(name)
  }

  private func readProcess(_ made: inout Observation, _ computer: String) -> Bool {
    // Windows' own audit names the new process and its maker, Sysmon the process itself.
    let isAudited = fields.has(.newProcessName)
    let image = isAudited ? fields.content(.newProcessName) : fields.content(.image)
    guard !image.isEmpty, image.count <= CanonicalName.pathLimit else { return false }
    made.process = ObservedProcess(
      pid: fields.process(isAudited ? .newProcessID : .processID),
      parent: fields.process(isAudited ? .processID : .parentProcessID), executable: image)
    made.actor =
      isAudited
      ? subject(computer) : WindowsAccounts.account(fields.text(.user), computer: computer)
    let parent = isAudited ? fields.content(.parentProcessName) : fields.content(.parentImage)
    made.object = .program(
      StartedProgram(
        arguments: Array(fields.content(.commandLine).prefix(StartedProgram.mostArgumentBytes)),
        workingFolder: Array(fields.content(.currentDirectory).prefix(CanonicalName.pathLimit)),
        parentExecutable: Array(parent.prefix(CanonicalName.pathLimit)),
        parentArguments: Array(fields.content(.parentCommandLine).prefix(StartedProgram.mostArgumentBytes))))
    return true
  }

  private func readConnection(_ made: inout Observation, _ computer: String) -> Bool {
    guard let address = fields.address(Int(SigmaField.destinationIP.rawValue)),
      let port = fields.number(Int(SigmaField.destinationPort.rawValue)).flatMap({ UInt16(exactly: $0) })
    else { return false }
    // What comes in is the other side's doing; rules may look at it all the same.
    if !fields.equals(Int(SigmaField.initiated.rawValue), "true") { made.activity = .systemEvent }
    made.object = .peer(address, port: port)
    made.process = ObservedProcess(pid: fields.process(.processID), executable: fields.content(.image))
    made.actor = WindowsAccounts.account(fields.text(.user), computer: computer)
    return true
  }

  /// Of Windows' filtering platform, outbound alone; whose doing it was is not told.
  private func readFilteredConnection(_ made: inout Observation) -> Bool {
    guard fields.equals(WindowsField.direction.rawValue, "%%14593"),
      let address = fields.address(WindowsField.destinationAddress.rawValue),
      let port = fields.number(WindowsField.filteredPort.rawValue).flatMap({ UInt16(exactly: $0) })
    else { return false }
    made.object = .peer(address, port: port)
    made.process = ObservedProcess(pid: fields.process(.processID), executable: fields.content(.application))
    return true
  }

  private func readFile(_ made: inout Observation, _ computer: String) -> Bool {
    let path = fields.content(.targetFilename)
    guard !path.isEmpty, path.count <= CanonicalName.pathLimit else { return false }
    made.object = .file(ObservedFile(path: path))
    made.process = ObservedProcess(pid: fields.process(.processID), executable: fields.content(.image))
    made.actor = WindowsAccounts.account(fields.text(.user), computer: computer)
    return true
  }

  private func readSubject(_ made: inout Observation, _ computer: String) -> Bool {
    made.actor = subject(computer) ?? WindowsAccounts.account(fields.text(.user), computer: computer)
    let image = fields.content(.image)
    if !image.isEmpty { made.process = ObservedProcess(pid: fields.process(.processID), executable: image) }
    // What only rules look at is told whoever did it; what counts for somebody, of people alone.
    return made.activity == .systemEvent || made.activity == .persistenceChange || made.actor != nil
  }

  private func readCleared(_ made: inout Observation, _ computer: String) -> Bool {
    made.actor = subject(computer)
    made.object = .sensor(name: WindowsSensor.name, detail: "log-cleared")
    return true
  }

  private func subject(_ computer: String) -> RawAccount? {
    WindowsAccounts.account(
      fields.text(.subjectUserName), domain: fields.text(.subjectDomainName), identifier: fields.text(.subjectUserSID),
      computer: computer)
  }

  /// Adds what rules may ask and the observation has no place for.
  private func keepForRules(_ made: inout Observation, _ meaning: WindowsMeaning) {
    for field in meaning.kept where interest.reads(field) {
      if field == .registryEventType, !meaning.registryEvent.isEmpty {
        made.foreign?.add(field, meaning.registryEvent)
      } else if fields.has(Int(field.rawValue)) {
        made.foreign?.add(field, fields.content(field))
      }
    }
  }
}
