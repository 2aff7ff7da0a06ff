import CordonCore
import CordonTestSupport
import CordonTrust
import Testing

@Suite struct PayloadTests {
  private let now = FakeClock.start

  private func command() throws -> Command {
    Command(
      id: try #require(UniqueID(bytes: [UInt8](repeating: 7, count: 16))),
      agentID: IdentityKey().digest.agentID,
      action: .suspendProcess(
        ProcessRef(pid: 42, startTicks: 9, bootID: "0a1b2c3d-0000-4000-8000-000000000000", executable: "/usr/bin/x")),
      notBefore: now, notAfter: now.advanced(by: .seconds(60)), lease: .seconds(600),
      maxUntil: now.advanced(by: .seconds(3600)), reason: "encryption burst")
  }

  @Test func policiesAndCommandsComeBackAsTheyWere() throws {
    let site = try TestAuthority()
    let policy = Policy(serial: 3, name: "default", group: "", issued: now)
    let verified = try site.verifier.verify(try policy.sealed(by: [site.ann]), for: .policy, at: now)
    #expect(try verified.decode(Policy.self) == policy)
    let command = try command()
    let ordered = try site.verifier.verify(try command.sealed(by: [site.bob]), for: .contain, at: now)
    #expect(try ordered.decode(Command.self) == command)
    let renewal = LeaseRenewal(commandID: command.id, agentID: command.agentID, until: now)
    #expect(try LeaseRenewal(payload: renewal.encodedPayload()) == renewal)
    let release = CommandRelease(commandID: command.id, agentID: command.agentID, reason: "over")
    #expect(try CommandRelease(payload: release.encodedPayload()) == release)
  }

  @Test func aModelOfferIsPeoplesOrStanding() throws {
    let site = try TestAuthority()
    let offer = ModelOffer(
      digest: [UInt8](repeating: 1, count: 32), size: 9, role: .champion, ring: 0, serial: 3, schema: 1)
    for (key, authority) in [(site.ann, VerifiedEnvelope.Authority.signed(.model)), (site.standing, .standing)] {
      let verified = try site.verifier.verify(try offer.sealed(by: [key]), at: now)
      #expect(try verified.decode(ModelOffer.self) == offer)
      #expect(try verified.authority(for: .model) == authority)
    }
    let strangers = try site.verifier.verify(try offer.sealed(by: [site.bob]), at: now)
    expectRefusal("threshold") { _ = try strangers.authority(for: .model) }
  }

  /// The bundle's own bytes are opaque, larger than any other payload, and never the collector's to sign.
  @Test func aModelIsSignedByPeopleAlone() throws {
    let site = try TestAuthority()
    var envelope = Envelope(type: .model, payload: [UInt8](repeating: 0xff, count: EnvelopeType.model.mostPayloadBytes))
    #expect(envelope.payload.count == 2 << 20)
    try envelope.sign(with: site.standing)
    expectRefusal("threshold") { _ = try site.verifier.verify(envelope, for: .model, at: now) }
    envelope.signatures = []
    try envelope.sign(with: site.ann)
    _ = try site.verifier.verify(try Envelope(serialized: try envelope.serialized()), for: .model, at: now)
    envelope.payload.append(0)
    expectRefusal("oversized") { _ = try Envelope(serialized: try envelope.serialized()) }
  }

  @Test func unknownFieldsAreRefusedWhoeverSigned() throws {
    let site = try TestAuthority()
    let later: [UInt8] = [0xfa, 0x07, 0x01, 0x00]  // field 127, one byte
    let payload = try Policy(serial: 3, name: "default", group: "", issued: now).encodedPayload() + later
    var envelope = Envelope(type: .policy, payload: payload)
    try envelope.sign(with: site.ann)
    let verified = try site.verifier.verify(envelope, for: .policy, at: now)
    expectRefusal("unknown-field") { _ = try verified.decode(Policy.self) }
    expectRefusal("unknown-field") { _ = try Command(payload: try command().encodedPayload() + later) }
    expectRefusal("malformed") { _ = try Command(payload: [0xff]) }
  }

  @Test func aPayloadOfAnotherTypeIsNotTaken() throws {
    let site = try TestAuthority()
    let verified = try site.verifier.verify(try command().sealed(by: [site.bob]), at: now)
    expectRefusal("envelope-type") { _ = try verified.decode(Policy.self) }
  }
}
