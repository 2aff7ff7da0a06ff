import CordonCore

/// Turns errands into what machines and the EHR see of them.
struct ErrandRunner {
  /// Sessions over the network in a shift, at most.
  private static let remoteLimit = 48
  /// Of records that a physician opens, those of other wards: consultations.
  private static let consultations = 0.08
  /// Patients that a nurse looks after in a shift.
  private static let assigned = 8

  private let hospital: Hospital
  private let person: Person
  private let day: Int
  private var random: SeededStream
  private var process = Session.firstTransient
  private var remoteSessions = 0

  init(hospital: Hospital, person: Person, day: Int) {
    self.hospital = hospital
    self.person = person
    self.day = day
    random = hospital.stream("errand", person.index, day)
  }

  mutating func run(_ errand: Errand, at time: Timestamp, in session: Session, into activity: inout HospitalActivity) {
    switch errand {
    case .openRecord, .search, .update, .export: useRecords(errand, time, session, &activity)
    case .document:
      start(random.chance(0.6) ? .office : .documentViewer, ["--norestore", "notes.odt"], time, session, &activity)
      if random.chance(0.4) { connect(.office, process, HospitalNetwork.share, time, 900, session, &activity) }
    case .printing:
      start(.printing, ["-d", "ward-printer"], time, session, &activity)
      connect(.printing, process, HospitalNetwork.printing, time, 60, session, &activity)
    case .web: browse(time, session, &activity)
    case .mail: connect(.mail, Session.Resident.mail.rawValue, HospitalNetwork.mail, time, 0, session, &activity)
    case .share:
      start(.fileCopy, ["copy", "smb://share/plan.ods", "."], time, session, &activity)
      connect(.fileCopy, process, HospitalNetwork.share, time, 45, session, &activity)
    case .shell:
      for step in 0...random.poisson(mean: 1) { type(time, step * 7_000, session, &activity) }
    case .remote: workRemotely(time, session, &activity)
    case .administer: administer(time, session, &activity)
    }
  }
}

extension ErrandRunner {
  private mutating func start(
    _ program: Program, _ arguments: [String], _ time: Timestamp, _ session: Session,
    _ activity: inout HospitalActivity,
    rights: MachineEvent.Rights = .own, after milliseconds: Int = 0
  ) {
    process += 1
    activity.machine.append(
      session.event(
        program, process, .start(arguments: [program.command] + arguments, rights: rights),
        at: time.advanced(by: .milliseconds(milliseconds))))
  }

  /// Most programs connect without waiting, which the kernel records as under way; some peers are not there.
  private mutating func connect(
    _ program: Program, _ process: Int, _ peer: Peer, _ time: Timestamp, _ milliseconds: Int, _ session: Session,
    _ activity: inout HospitalActivity
  ) {
    let attempt: MachineEvent.Attempt = random.chance(0.015) ? .refused : random.chance(0.6) ? .underWay : .made
    activity.machine.append(
      session.event(program, process, .connect(peer, attempt), at: time.advanced(by: .milliseconds(milliseconds))))
  }

  private mutating func useRecords(
    _ errand: Errand, _ time: Timestamp, _ session: Session, _ activity: inout HospitalActivity
  ) {
    let isLive = hospital.isLive(at: session.start)
    let server = isLive ? HospitalNetwork.newEHR : HospitalNetwork.ehr
    let client: Program = isLive ? .newEHRClient : .ehrClient
    connect(client, Session.Resident.ehr.rawValue, server, time, 0, session, &activity)
    if isLive { start(.newEHRPage, ["--render"], time, session, &activity, after: 30) }
    let interaction: RecordAccess.Interaction =
      switch errand {
      case .search: .search
      case .update: .update
      case .export: .export
      default: .read
      }
    activity.records.append(
      RecordAccess(
        time: time.advanced(by: .milliseconds(80)), person: person.index, host: session.host, interaction: interaction,
        patient: interaction == .search ? nil : patient()))
    if errand == .openRecord, random.chance(0.15) {
      start(.imageViewer, ["--series", "last"], time, session, &activity, after: 1_500)
    }
    if errand == .export { connect(.fileCopy, process, HospitalNetwork.share, time, 2_000, session, &activity) }
  }

  /// Some patients are looked at much more than others; who is nobody's patient is seldom looked at.
  private mutating func patient() -> Int {
    var ward = person.ward
    switch person.role {
    case .nurse:
      let patients = hospital.census.patients(in: ward, on: day)
      return stranger(
        among: patients, from: person.index * 5 + (day + 1) * 3 + random.zipf(Self.assigned, exponent: 0.7))
    case .physician:
      if random.chance(Self.consultations) { ward = Int(random.uniform() * Double(hospital.census.wards)) }
    case .administration, .informationTechnology: ward = Int(random.uniform() * Double(hospital.census.wards))
    }
    let patients = hospital.census.patients(in: ward, on: day)
    return stranger(among: patients, from: random.zipf(patients.count, exponent: 0.7))
  }

  /// One's own record and the family's are others' work: the next patient's is opened.
  private func stranger(among patients: [Int], from position: Int) -> Int {
    let register = Register(hospital)
    for step in patients.indices {
      let patient = patients[(position + step) % patients.count]
      if register.bond(of: patient)?.member != person.index { return patient }
    }
    return patients[position % patients.count]
  }

  private mutating func browse(_ time: Timestamp, _ session: Session, _ activity: inout HospitalActivity) {
    let browser = Session.Resident.browser.rawValue
    connect(.browser, browser, HospitalNetwork.names, time, 0, session, &activity)
    for step in 0...random.poisson(mean: 1.5) {
      let site = HospitalNetwork.site(random.zipf(HospitalNetwork.sites, exponent: 1.1))
      connect(.browser, browser, site, time, 40 + step * 350, session, &activity)
    }
  }

  private mutating func type(
    _ time: Timestamp, _ milliseconds: Int, _ session: Session, _ activity: inout HospitalActivity
  ) {
    let tool = Program.tools[random.zipf(Program.tools.count, exponent: 0.9)]
    start(tool, ["/var/log"], time, session, &activity, after: milliseconds)
  }

  private mutating func administer(_ time: Timestamp, _ session: Session, _ activity: inout HospitalActivity) {
    start(.sudo, ["systemctl", "status"], time, session, &activity, rights: .setUser)
    activity.machine.append(
      session.event(.sudo, process, .changeUser(rights: .root), at: time.advanced(by: .milliseconds(12))))
    let tool = random.pick(Program.tools)
    start(tool, ["--no-pager"], time, session, &activity, rights: .root, after: 25)
  }

  /// From the screen to another machine, some commands there, and back.
  private mutating func workRemotely(_ time: Timestamp, _ session: Session, _ activity: inout HospitalActivity) {
    guard remoteSessions < Self.remoteLimit else { return }
    let servers = hospital.hosts.filter { $0.kind == .server }
    let host = servers.isEmpty || random.chance(0.3) ? random.pick(hospital.hosts) : random.pick(servers)
    start(.secureShell, [host.label], time, session, &activity)
    connect(.secureShell, process, Peer(host.address, 22), time, 20, session, &activity)
    let there = Session(
      key: Session.key(person: person.index, day: day, number: ShiftWork.sessionLimit + remoteSessions),
      person: person.index, host: host.index, start: time.advanced(by: .seconds(1)),
      end: time.advanced(by: .seconds(60 + random.exponential(mean: 400))))
    remoteSessions += 1
    let from = hospital.hosts[session.host].address
    activity.machine.append(
      there.event(.secureShellService, 0, .logIn(from: from, succeeds: true), at: there.start))
    activity.machine.append(
      there.event(
        .shell, 0, .start(arguments: ["-bash"], rights: .own), at: there.start.advanced(by: .milliseconds(200))))
    for step in 0...random.poisson(mean: 3) { type(there.start, 2_000 + step * 9_000, there, &activity) }
    activity.machine.append(there.event(.secureShellService, 0, .logOut, at: there.end))
  }
}
