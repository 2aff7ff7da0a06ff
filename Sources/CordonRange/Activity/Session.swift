package import CordonCore

/// Somebody's time at one screen, from login to logout.
package struct Session: Hashable, Sendable {
  /// The processes that live as long as the session.
  package enum Resident: Int, Sendable { case shell = 0, ehr, browser, mail }

  /// The first number for processes that come and go; an attack's own begin much later.
  static let firstTransient = 8
  static let firstOfAttack = 100_000

  package var key: Int
  package var person: Int
  package var host: Int
  package var start: Timestamp
  package var end: Timestamp

  /// A session within a shift, whose day is at least -1; `number` is below 50 at a screen, from 50 over the network.
  static func key(person: Int, day: Int, number: Int) -> Int { 1 + (person * 1_000 + day + 1) * 100 + min(number, 98) }

  /// What one of its processes does; times past the session's end are drawn back to it.
  func event(
    _ program: Program, _ process: Int, _ deed: MachineEvent.Deed, at time: Timestamp, attack: AttackKind? = nil
  ) -> MachineEvent {
    MachineEvent(
      time: min(time, end), host: host, person: person, session: key, process: process, program: program, deed: deed,
      attack: attack)
  }
}
