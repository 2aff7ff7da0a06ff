import CordonCore
import CordonTestSupport
import CordonTrust
import Testing

@Suite struct EnvelopeTests {
  /// https://github.com/secure-systems-lab/dsse/blob/master/protocol.md, adapted to our type names.
  @Test func preAuthenticationEncoding() {
    let envelope = Envelope(type: .policy, payload: Array("hello world".utf8))
    #expect(String(decoding: envelope.signedBytes, as: UTF8.self) == "DSSEv1 16 cordon/v1/policy 11 hello world")
  }

  @Test func roundTripsAsBytes() throws {
    let authority = try TestAuthority()
    let envelope = try authority.rosterEnvelope()
    #expect(try Envelope(serialized: envelope.serialized()) == envelope)
  }

  @Test func signingAgainReplaces() throws {
    let authority = try TestAuthority()
    var envelope = try authority.rosterEnvelope()
    try envelope.sign(with: authority.roots[0])
    #expect(envelope.signatures.count == 2)
  }

  @Test(arguments: [
    ("", "unknown-type"), ("Policy", "unknown-type"), ("wishes", "unknown-type"), ("policy ", "unknown-type"),
  ])
  func refusesUnknownTypes(type: String, code: String) throws {
    var bytes = try Envelope(type: .policy, payload: [1]).serialized()
    // Field 1 (type) is "policy": tag, length, text.
    bytes.replaceSubrange(0..<8, with: [0x0a, UInt8(type.utf8.count)] + Array(type.utf8))
    expectRefusal(code) { _ = try Envelope(serialized: bytes) }
  }

  @Test func refusesUnknownFields() throws {
    let envelope = try TestAuthority().rosterEnvelope()
    // Field 15, varint 1.
    expectRefusal("unknown-field") { _ = try Envelope(serialized: try envelope.serialized() + [0x78, 0x01]) }
    // The same within a signature (field 3).
    expectRefusal("unknown-field") {
      _ = try Envelope(serialized: try envelope.serialized() + [0x1a, 0x02, 0x78, 0x01])
    }
  }

  @Test func boundsPayloadAndSignatures() throws {
    let authority = try TestAuthority()
    let signature = try authority.ann.signature(of: Envelope(type: .policy, payload: []))
    var most = Envelope(type: .policy, payload: [UInt8](repeating: 0, count: EnvelopeType.policy.mostPayloadBytes))
    most.signatures = Array(repeating: signature, count: Envelope.mostSignatures)
    #expect(try Envelope(serialized: most.serialized()) == most)
    var tooLong = most
    tooLong.payload.append(0)
    expectRefusal("oversized") { _ = try Envelope(serialized: try tooLong.serialized()) }
    expectRefusal("oversized") { _ = try authority.verifier.verify(tooLong, at: FakeClock.start) }
    var tooMany = most
    tooMany.signatures.append(signature)
    expectRefusal("oversized") { _ = try Envelope(serialized: try tooMany.serialized()) }
  }

  @Test func refusesBytesThatAreNoMessage() {
    var randomness = SeededRandomness(seed: 7)
    for length in 1..<200 {
      // Whatever comes out, it must be a refusal or an envelope, never a trap.
      _ = try? Envelope(serialized: randomness.bytes(length))
    }
    expectRefusal("malformed") { _ = try Envelope(serialized: [0xff, 0xff, 0xff]) }
  }
}
