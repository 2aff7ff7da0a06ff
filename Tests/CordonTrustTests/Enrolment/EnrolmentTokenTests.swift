import CordonCore
import CordonTestSupport
import CordonTrust
import Testing

@Suite struct EnrolmentTokenTests {
  private let now = FakeClock.start
  private let pin = IdentityKey().digest

  private func mint(seed: UInt64 = 1, lifetime: Duration = .seconds(3600), uses: UInt32 = 1) throws -> (
    EnrolmentToken, TokenRecord
  ) {
    var randomness = SeededRandomness(seed: seed)
    let token = EnrolmentToken(pin: pin, randomness: &randomness)
    return (
      token,
      try TokenRecord(token, group: "ward", lifetime: lifetime, uses: uses, createdBy: "ann", at: now)
    )
  }

  @Test func roundTripsAsText() throws {
    let (token, _) = try mint()
    #expect(try EnrolmentToken(token.text) == token)
    #expect(try EnrolmentToken("\n " + token.text + " \n") == token)
    #expect(token.pin == pin)
  }

  @Test func isStoredHashed() throws {
    let (token, record) = try mint()
    let secret = token.text.split(separator: ".")[2]
    #expect(!String(describing: record).contains(secret))
    #expect(Hex.encode(record.digest) != secret)
  }

  @Test(arguments: ["", "cordon1", "cordon1...", "cordon2.0a.0b.0c", "x", String(repeating: "a", count: 300)])
  func refusesWhatIsNoToken(text: String) { expectRefusal("token-malformed") { _ = try EnrolmentToken(text) } }

  @Test func everyChangedCharacterMakesAnotherToken() throws {
    let (token, _) = try mint()
    let text = Array(token.text)
    // What the collector looks for is the secret's hash; the pin is the client's to check, and the id names it to people.
    let dots = text.indices.filter { text[$0] == "." }
    for index in dots[1] + 1..<dots[2] {
      var changed = text
      changed[index] = changed[index] == "0" ? "1" : "0"
      #expect(try EnrolmentToken(String(changed)).hash != token.hash, "character \(index)")
    }
  }

  @Test func boundsLifeAndUses() throws {
    _ = try mint(lifetime: TokenRecord.longestLifetime, uses: TokenRecord.mostUses)
    expectRefusal("token-lifetime") { _ = try mint(lifetime: TokenRecord.longestLifetime + .milliseconds(1)) }
    expectRefusal("token-lifetime") { _ = try mint(lifetime: .zero) }
    expectRefusal("token-uses") { _ = try mint(uses: 0) }
    expectRefusal("token-uses") { _ = try mint(uses: TokenRecord.mostUses + 1) }
  }
}
