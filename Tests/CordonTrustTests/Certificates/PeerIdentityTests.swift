import CordonCore
import CordonTestSupport
import CordonTrust
import Testing

@Suite struct PeerIdentityTests {
  private static let id = String(repeating: "0a", count: 16)

  @Test func roundTrips() throws {
    let domain = try TrustDomain("st-elsewhere.example")
    for identity in [
      try PeerIdentity(.agent, Self.id), try PeerIdentity(.collector, "main"), try PeerIdentity(.operator, "ann.b"),
    ] { #expect(PeerIdentity(uri: identity.uri(in: domain), in: domain) == identity) }
  }

  @Test(arguments: [
    "", "spiffe://", "spiffe://a.example", "spiffe://a.example/", "spiffe://a.example/agent",
    "spiffe://a.example/agent/", "spiffe://a.example/agent/x", "spiffe://b.example/operator/ann",
    "spiffe://a.example/operator/ann/", "spiffe://a.example/operator//ann", "spiffe://a.example/operator/ann/x",
    "spiffe://a.example/king/ann", "spiffe://a.example/operator/..", "spiffe://a.example/operator/a%20b",
    "spiffe://a.example/operator/a b", "https://a.example/operator/ann", "SPIFFE://a.example/operator/ann",
    "spiffe://a.example.evil/operator/ann", "spiffe://a.example/operator/ann?x", "spiffe://A.example/operator/ann",
    "spiffe://a.example/agent/\(id.uppercased())",
  ])
  func refusesEverythingElse(uri: String) throws {
    #expect(PeerIdentity(uri: uri, in: try TrustDomain("a.example")) == nil)
  }

  @Test func boundsNames() throws {
    let most = String(repeating: "x", count: PeerIdentity.longestName)
    #expect(try PeerIdentity(.operator, most).name == most)
    expectRefusal("identity-name") { _ = try PeerIdentity(.operator, most + "x") }
    expectRefusal("identity-name") { _ = try PeerIdentity(.operator, "") }
    expectRefusal("identity-name") { _ = try PeerIdentity(.operator, "../etc") }
    expectRefusal("identity-name") { _ = try PeerIdentity(.operator, "änne") }
  }

  @Test(arguments: ["", "A.example", "a b", "a/b", "a%2e", String(repeating: "x", count: 256)])
  func badTrustDomains(name: String) { expectRefusal("trust-domain") { _ = try TrustDomain(name) } }
}
