import CordonCore

/// What a machine does by itself in a day: monitoring, cron, housekeeping, backup, and updates on Tuesday nights.
struct HostRoutine {
  private static let patchWeekday = 1
  /// Processes that a service may have at a time; their numbers are used again.
  private static let processes = 64

  let hospital: Hospital
  let host: Host
  let day: Int

  func perform(into activity: inout HospitalActivity) {
    var random = hospital.stream("routine", host.index, day)
    var process = Session.firstTransient
    let midnight = hospital.calendar.midnight(of: day)
    func add(_ program: Program, _ deed: MachineEvent.Deed, _ seconds: Double) {
      if case .start = deed { process = Session.firstTransient + (process + 1) % Self.processes }
      let number =
        switch deed {
        case .start: process
        default: program == .monitor ? 1 : process
        }
      activity.machine.append(
        MachineEvent(
          time: midnight.advanced(by: .seconds(seconds)), host: host.index, person: nil, session: 0, process: number,
          program: program, deed: deed))
    }
    func start(_ program: Program, _ arguments: [String], _ seconds: Double) {
      add(program, .start(arguments: [program.command] + arguments, rights: .root), seconds)
    }
    for hour in 0..<24 {
      let begin = Double(hour) * 3600
      add(.monitor, .connect(HospitalNetwork.monitoring, .made), begin + 600 + random.uniform() * 30)
      start(.runParts, ["--report", "/etc/cron.hourly"], begin + 1_020 + random.uniform())
      if host.kind == .server {
        // Servers follow the hospital's day.
        for _ in 0..<random.poisson(mean: (7..<18).contains(hour) ? 5 : 1.5) {
          start(random.pick(Program.housekeeping), ["--quiet"], begin + random.uniform() * 3600)
        }
      }
    }
    // Each machine has a minute of its own, so that not all begin at once.
    let own = Double(host.index % 40) * 60
    for (step, program) in Program.housekeeping.shuffled(using: &random).enumerated() {
      start(program, ["--daily"], 22_000 + own + Double(step) * 4 + random.uniform())
    }
    if host.kind == .server {
      start(.backup, ["-c", "/etc/bacula/bacula-fd.conf"], 7_200 + own)
      for step in 0..<4 { add(.backup, .connect(HospitalNetwork.backup, .made), 7_201 + own + Double(step) * 20) }
    }
    if hospital.calendar.weekday(of: day) == Self.patchWeekday {
      add(.packageFetcher, .connect(HospitalNetwork.packages, .made), 10_800 + own)
      for step in 0..<(10 + random.poisson(mean: 12)) {
        start(.packages, ["--configure", "--pending"], 10_802 + own + Double(step) * 3 + random.uniform())
      }
    }
  }
}
