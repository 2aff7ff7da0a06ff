import CordonCore

/// At night a program in a temporary folder of one workstation has the backups forgotten, then rewrites and renames two
/// hundred documents within a minute, and leaves a note.
struct Ransomware {
  private static let files = 200
  private static let payload = Program("/tmp/.cache/updater")
  private static let backup = Program("/usr/bin/restic")

  let cast: AttackCast

  /// Nil in a recording without a night.
  var activity: HospitalActivity? {
    let hospital = cast.hospital
    guard let day = cast.days.dropFirst().first else { return nil }
    var random = hospital.stream("ransomware", day)
    let host = random.pick(hospital.hosts.filter { $0.kind != .server })
    let person = random.pick(hospital.staff)
    let begin = hospital.calendar.midnight(of: day).advanced(by: .seconds(10_000 + random.uniform() * 3_000))
    var activity = HospitalActivity()
    func add(_ program: Program, _ process: Int, _ deed: MachineEvent.Deed, _ milliseconds: Int) {
      activity.machine.append(
        MachineEvent(
          time: begin.advanced(by: .milliseconds(milliseconds)), host: host.index, person: nil, session: 0,
          process: process, program: program, deed: deed, attack: .ransomware))
    }
    let process = Session.firstOfAttack
    add(Self.payload, process, .start(arguments: ["updater", "--silent"], rights: .root), 0)
    add(
      Self.backup, process + 1, .start(arguments: ["restic", "forget", "--prune", "--keep-last", "0"], rights: .root),
      4_000)
    let folder = "/home/\(person.account)/documents"
    for number in 0..<Self.files {
      let file = "\(folder)/letter-\(number).odt"
      let moment = 20_000 + number * 280
      add(Self.payload, process, .touch(.encrypt(path: file)), moment)
      add(Self.payload, process, .touch(.rename(from: file, to: file + ".locked")), moment + 40)
    }
    add(Self.payload, process, .touch(.write(path: "\(folder)/HOW_TO_DECRYPT.txt")), 20_000 + Self.files * 280)
    return activity
  }
}
