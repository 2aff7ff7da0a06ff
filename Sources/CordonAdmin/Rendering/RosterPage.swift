import CordonCore
import CordonTrust

/// A roster: keys, holders, roles, thresholds.
enum RosterPage {
  static func report(_ roster: Roster, _ envelope: Envelope, at now: Timestamp) -> Report {
    var sheet = FactSheet()
    sheet.add("site", roster.site)
    sheet.add("serial", "\(roster.serial)")
    sheet.add("ends", "\(TimeText.iso(roster.notAfter)), \(TimeText.relative(roster.notAfter, to: now))")
    sheet.add("signatures", "\(envelope.signatures.count)")
    var keys = Table(["KEY", "HOLDER", "MAY SIGN"], empty: "No keys.")
    for key in roster.keys { keys.add([key.id.description, key.holder, roles(key)]) }
    var acts = Table(["ACT", "SIGNATURES", "BY"], empty: "")
    for act in AuthorityAct.allCases {
      let by = act.eligibleRoles.sorted().map(\.name).joined(separator: " or ")
      acts.add([act.name, "\(roster.threshold(for: act))", by])
    }
    return Report(
      text: sheet.rendered + "\n" + keys.rendered + "\n" + acts.rendered,
      json: .fields([
        "site": .text(roster.site), "serial": .unsigned(roster.serial),
        "not_after": .time(roster.notAfter.milliseconds),
        "signatures": .integer(Int64(envelope.signatures.count)),
        "keys": .list(
          roster.keys.map { key in
            .fields([
              "id": .text(key.id.description), "holder": .text(key.holder),
              "roles": .list(key.roles.sorted().map { .text($0.name) }),
            ])
          }),
        "thresholds": .object(
          AuthorityAct.allCases.map { .init(name: $0.name, value: .integer(Int64(roster.threshold(for: $0)))) }),
      ]))
  }

  static func roles(_ key: AuthorityKey) -> String { key.roles.sorted().map(\.name).joined(separator: ", ") }
}
