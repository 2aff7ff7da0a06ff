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

  @Test func everyChangedCharacterIsRefused() throws {
    let (token, record) = try mint(uses: 10_000)
    let text = Array(token.text)
    // The pin is the client's to check; all before it is the collector's.
    let end = text.count - 64
    for index in 0..<end {
      var changed = text
      changed[index] = changed[index] == "0" ? "1" : "0"
      #expect(throws: CordonError.self, "character \(index)") {
        var record = record
        try record.redeem(try EnrolmentToken(String(changed)), at: now)
      }
    }
  }

  @Test func hasSoManyUses() throws {
    var (token, record) = try mint(uses: 2)
    try record.redeem(token, at: now)
    try record.redeem(token, at: now)
    expectRefusal("token-used") { try record.redeem(token, at: now) }
    #expect(record.usesLeft == 0)
  }

  @Test func expires() throws {
    var (token, record) = try mint()
    expectRefusal("token-expired") { try record.redeem(token, at: now.advanced(by: .seconds(3600))) }
    try record.redeem(token, at: now.advanced(by: .milliseconds(3_599_999)))
  }

  @Test func isRevoked() throws {
    var (token, record) = try mint()
    record.isRevoked = true
    expectRefusal("token-revoked") { try record.redeem(token, at: now) }
    #expect(record.usesLeft == 1)
  }

  /// Whoever guesses learns nothing of the token's state.
  @Test func theWrongSecretLooksLikeNoToken() throws {
    var (_, record) = try mint()
    record.isRevoked = true
    let (other, _) = try mint(seed: 2)
    expectRefusal("token-unknown") { try record.redeem(other, at: now) }
  }

  @Test func boundsLifeAndUses() throws {
    _ = try mint(lifetime: TokenRecord.longestLifetime, uses: TokenRecord.mostUses)
    expectRefusal("token-lifetime") { _ = try mint(lifetime: TokenRecord.longestLifetime + .milliseconds(1)) }
    expectRefusal("token-lifetime") { _ = try mint(lifetime: .zero) }
    expectRefusal("token-uses") { _ = try mint(uses: 0) }
    expectRefusal("token-uses") { _ = try mint(uses: TokenRecord.mostUses + 1) }
  }
}
