import ArgumentParser
import CordonCore
import CordonTrust
import CordonWire

/// Signs the next roster with the root keys at hand.
enum RosterSigning {
  /// The next roster, signed by enough root keys of this home to take effect.
  static func successor(
    _ next: Roster, of known: Roster, in home: OperatorHome, at now: Timestamp
  ) throws(CordonError) -> Envelope {
    let envelope = try signed(try next.sealed(by: []), of: known, with: try home.rootKeys())
    _ = try EnvelopeVerifier(roster: known).successor(envelope, at: now)
    return envelope
  }

  /// The envelope with the signatures of those keys that are roots of the known roster.
  static func signed(
    _ envelope: Envelope, of known: Roster, with keys: [AuthoritySigningKey]
  ) throws(CordonError) -> Envelope {
    var envelope = envelope
    for key in keys where known.key(key.id)?.roles.contains(.root) == true { try envelope.sign(with: key) }
    return envelope
  }
}

/// Where a changed roster goes: to the collector at once, or to a file for other root holders.
struct RosterOutput: ParsableArguments {
  @Option(help: ArgumentHelp("Write it here for other root holders instead of submitting it.", valueName: "file"))
  var out: String?

  /// Signs a changed roster with the root keys in this home, and submits it where they suffice.
  func deliver(_ next: Roster, after known: Roster, in session: AdminSession) async throws -> Report {
    let keys = try session.home.rootKeys()
    let envelope = try RosterSigning.signed(try next.sealed(by: []), of: known, with: keys)
    let needed = known.threshold(for: .roster)
    let have = envelope.signatures.count
    guard out == nil, have >= needed else {
      let file = out ?? "roster-\(next.serial).envelope"
      try PrivateFile.create(at: file, holding: try envelope.serialized())
      return Report(
        "Roster \(next.serial) is in \(file) with \(have) of \(needed) signatures: cordon roster sign \(file) adds one, "
          + "and --submit hands it in.",
        [
          "serial": .unsigned(next.serial), "file": .text(file), "signatures": .integer(Int64(have)),
          "signatures_needed": .integer(Int64(needed)),
        ])
    }
    return try await Self.submit(envelope, after: known, in: session)
  }

  static func submit(_ envelope: Envelope, after known: Roster, in session: AdminSession) async throws -> Report {
    let next = try EnvelopeVerifier(roster: known).successor(envelope, at: session.now)
    var request = Cordon_V1_SubmitRosterRequest()
    request.envelope = Cordon_V1_Envelope(envelope)
    let response = try await session.client.submitRoster(request, options: AdminCall.options)
    try session.home.keep(roster: envelope)
    return Report(
      "Roster \(response.serial) is in force: \(next.keys.count) keys, until \(TimeText.iso(next.notAfter)).",
      ["serial": .unsigned(response.serial), "keys": .integer(Int64(next.keys.count))])
  }
}
