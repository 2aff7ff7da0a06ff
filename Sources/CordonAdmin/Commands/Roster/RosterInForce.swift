import CordonCore
import CordonTrust
import CordonWire

/// The newest roster that the collector has, followed from the one that this home trusts.
enum RosterInForce {
  /// A newer roster is kept only where a threshold of the known one's root keys signed it.
  static func of(_ session: AdminSession) async throws -> (roster: Roster, envelope: Envelope) {
    let known = try session.home.roster()
    let response = try await session.client.getRoster(.init(), options: AdminCall.options)
    guard response.hasEnvelope else { return known }
    let envelope = try response.envelope.domain()
    guard envelope.payload != known.envelope.payload else { return known }
    let offered = try Roster(payload: envelope.payload)
    guard offered.serial > known.roster.serial else { return known }
    let roster = try EnvelopeVerifier(roster: known.roster).successor(envelope, at: session.now)
    try session.home.keep(roster: envelope)
    return (roster, envelope)
  }
}
