import ArgumentParser
import CordonCore
import CordonTrust

struct RosterSignCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Add root signatures to a roster that another root holder prepared.",
    discussion: """
      What changes is printed first on standard error. Signs with the root keys in this home, or with those named.

      Examples:
        cordon roster sign roster-4.envelope --root-key /media/root/root-2.key
        cordon roster sign roster-4.envelope --submit
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The roster's envelope; the signatures are added to it.", completion: .file()) var file: String
  @Option(help: ArgumentHelp("A root key elsewhere (repeatable).", valueName: "file")) var rootKey: [String] = []
  @Flag(help: "Hand it to the collector once enough have signed.") var submit = false

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    let home = try OperatorHome(common.home, in: environment)
    let known = try home.roster().roster
    let offered = try Envelope(serialized: try FileInput.read(file, most: 2 << 20, in: environment))
    let next = try Roster(payload: offered.payload)
    for line in Self.changes(from: known, to: next) { environment.complain("\(line)\n") }
    var keys: [AuthoritySigningKey] = []
    for path in rootKey { keys.append(try AuthoritySigningKey.load(from: path)) }
    if keys.isEmpty { keys = try home.rootKeys() }
    let envelope = try RosterSigning.signed(offered, of: known, with: keys)
    guard envelope.signatures.contains(where: { signature in keys.contains { $0.id == signature.keyID } }) else {
      throw CordonError(
        .denied, "no-root-key", "No root key of the roster \(known.serial) is at hand.",
        remedy: "Name one with --root-key.")
    }
    try PrivateFile.replace(file, holding: try envelope.serialized())
    let needed = known.threshold(for: .roster)
    var report = Report(
      "Roster \(next.serial) in \(file) has \(envelope.signatures.count) of \(needed) signatures.",
      [
        "serial": .unsigned(next.serial), "signatures": .integer(Int64(envelope.signatures.count)),
        "signatures_needed": .integer(Int64(needed)),
      ])
    if submit {
      report = try await AdminCall.run(environment, try home.collectorAccess()) { clients in
        let session = AdminSession(clients, home: home, environment: environment)
        return try await RosterOutput.submit(envelope, after: known, in: session)
      }
    }
    report.print(as: common.printing.output, in: environment)
  }

  /// One line for each key, threshold and date that differs.
  static func changes(from known: Roster, to next: Roster) -> [String] {
    var lines = ["Roster \(known.serial) → \(next.serial), until \(TimeText.iso(next.notAfter))"]
    for key in known.keys where next.key(key.id) == nil {
      lines.append("- \(key.id) \(key.holder): \(RosterPage.roles(key))")
    }
    for key in next.keys where known.key(key.id) != key {
      lines.append("\(known.key(key.id) == nil ? "+" : "~") \(key.id) \(key.holder): \(RosterPage.roles(key))")
    }
    for act in AuthorityAct.allCases where known.threshold(for: act) != next.threshold(for: act) {
      lines.append("~ \(act.name): \(known.threshold(for: act)) → \(next.threshold(for: act)) signatures")
    }
    return lines
  }
}
