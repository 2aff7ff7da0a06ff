import CordonCore

/// A physician's account is used on two nights on which the physician is away: logins over the network to machines where
/// the physician never works, a look around on each, and a search for others to go on to.
///
/// Seen in raw counts: hosts, peers, refused connections and programs of the user, at an hour at which there are none.
/// No root, no canary, nothing encrypted.
struct StolenCredentials {
  private static let nights = 2
  private static let hopsANight = 4
  private static let probesAHop = 12
  private static let discovery = [
    "id", "whoami", "uname", "hostname", "ss", "getent", "find", "grep", "ps", "ls", "last", "crontab",
  ].map { Program("/usr/bin/\($0)") }
  private static let probedPorts: [UInt16] = [22, 445, 3389, 5432, 5985]

  let cast: AttackCast

  /// Nil where no physician is away on a night of the second half.
  var activity: HospitalActivity? {
    guard let (person, _) = cast.insider(.physician, for: .stolenCredentials) else { return nil }
    let nights = cast.days.filter { cast.isAway(person, nightBefore: $0) }
    guard !nights.isEmpty else { return nil }
    var activity = HospitalActivity()
    for (number, day) in nights.prefix(Self.nights).enumerated() {
      spend(night: day, as: person, firstSession: -1 - number * Self.hopsANight, into: &activity)
    }
    return activity
  }

  private func spend(night day: Int, as person: Person, firstSession: Int, into activity: inout HospitalActivity) {
    let hospital = cast.hospital
    var random = hospital.stream("stolen", person.index, day)
    let strange = hospital.hosts.filter { !person.hosts.contains($0.index) }
    let hosts = (strange.isEmpty ? hospital.hosts : strange).shuffled(using: &random)
    var time = hospital.calendar.midnight(of: day).advanced(by: .seconds(5_400 + random.uniform() * 3_600))
    // The way in is from outside, by remote access.
    var from = NetworkAddress(203, 0, 113, 17)
    for (hop, host) in hosts.prefix(Self.hopsANight).enumerated() {
      let end = time.advanced(by: .seconds(500 + random.exponential(mean: 400)))
      let session = Session(
        key: firstSession - hop, person: person.index, host: host.index, start: time, end: end)
      lookAround(session, from: from, &random, into: &activity)
      from = host.address
      time = end.advanced(by: .seconds(20 + random.exponential(mean: 120)))
    }
  }

  private func lookAround(
    _ session: Session, from: NetworkAddress, _ random: inout SeededStream, into activity: inout HospitalActivity
  ) {
    let length = Double(session.end.since(session.start).milliseconds)
    func add(_ program: Program, _ process: Int, _ deed: MachineEvent.Deed, _ share: Double) {
      activity.machine.append(
        session.event(
          program, process, deed, at: session.start.advanced(by: .milliseconds(Int(length * share))),
          attack: .stolenCredentials))
    }
    if random.chance(0.5) { add(.secureShellService, 0, .logIn(from: from, succeeds: false), 0) }
    add(.secureShellService, 0, .logIn(from: from, succeeds: true), 0.01)
    add(.shell, 0, .start(arguments: ["-bash"], rights: .own), 0.012)
    var process = Session.firstOfAttack
    for program in Self.discovery.shuffled(using: &random).prefix(9) {
      process += 1
      add(program, process, .start(arguments: [program.command, "-a"], rights: .own), 0.05 + 0.4 * random.uniform())
    }
    for _ in 0..<Self.probesAHop {
      let peer = Peer(random.pick(cast.hospital.hosts).address, random.pick(Self.probedPorts))
      add(.shell, 0, .connect(peer, random.chance(0.7) ? .refused : .made), 0.5 + 0.45 * random.uniform())
    }
    add(.secureShellService, 0, .logOut, 1)
  }
}
