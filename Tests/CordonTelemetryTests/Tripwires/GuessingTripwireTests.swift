import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

/// Passwords guessed from one place, of one account, and the guess that was right.
@Suite struct GuessingTripwireTests {
  static func attempt(
    _ outcome: ActivityOutcome, from address: String = "192.0.2.9", as user: String? = "ann", attempts: UInt32 = 1,
    activity: Activity = .logOn, at seconds: Int64 = 0
  ) -> Observation {
    Observation(
      time: FakeClock.start.advanced(by: .seconds(seconds)), family: .host, source: AuthSensor.name, activity: activity,
      outcome: outcome, actor: user.map(RawAccount.login),
      object: .authentication(
        Authentication(
          service: activity == .logOn ? .ssh : .sudo,
          origin: address.isEmpty ? nil : IPAddress(address).map(Authentication.Origin.address), attempts: attempts)))
  }

  static func rules(_ observations: [Observation], failures: UInt32 = 5, within: Duration = .seconds(160)) -> [String] {
    var settings = Policy.Tripwires.Guessing()
    settings.failures = failures
    settings.within = within
    var tripwire = GuessingTripwire(settings: settings)
    return observations.compactMap { tripwire.examine($0)?.rule.name }
  }

  @Test func `one less than the number trips nothing`() {
    #expect(Self.rules((0..<4).map { Self.attempt(.failure, at: $0) }).isEmpty)
    #expect(Self.rules((0..<5).map { Self.attempt(.failure, at: $0) }) == ["password-guessing"])
    #expect(Self.rules([Self.attempt(.failure, attempts: 5)]) == ["password-guessing"])
  }

  @Test(arguments: [Int64.min, -37_501, -1, 0, Int64.max]) func `a time that nobody can mean trips nothing over`(
    milliseconds: Int64
  ) {
    var failure = Self.attempt(.failure)
    failure.time = Timestamp(milliseconds: milliseconds)
    #expect(Self.rules(Array(repeating: failure, count: 5)) == ["password-guessing"])
  }

  @Test func `what lies further apart than the time does not count together`() {
    #expect(Self.rules((0..<40).map { Self.attempt(.failure, at: $0 * 60) }).isEmpty)
    #expect(Self.rules((0..<5).map { Self.attempt(.failure, at: $0 * 30) }) == ["password-guessing"])
  }

  @Test func `many places that try one account are seen by the account`() {
    let tries = (0..<5).map { Self.attempt(.failure, from: "192.0.2.\($0 + 1)", at: $0) }
    #expect(Self.rules(tries) == ["password-guessing"])
    let nobodies = (0..<5).map { Self.attempt(.failure, from: "192.0.2.\($0 + 1)", as: nil, at: $0) }
    #expect(Self.rules(nobodies).isEmpty)
  }

  @Test func `one place that tries many accounts sprays`() throws {
    var tripwire = GuessingTripwire()
    let hits = (0..<10).compactMap { tripwire.examine(Self.attempt(.failure, as: "user\($0)", at: $0)) }
    #expect(hits.map(\.technique) == ["T1110.003"])
    #expect(hits.first?.peers == [try #require(IPAddress("192.0.2.9"))])
    #expect(hits.first?.predicate == "tried 10 times to log on by ssh and failed, from one place")
  }

  @Test func `a success after guessing is worse, and told once`() {
    let guesses = (0..<5).map { Self.attempt(.failure, at: $0) }
    let in1 = Self.attempt(.success, at: 10)
    #expect(Self.rules(guesses + [in1, in1]) == ["password-guessing", "guessing-succeeded"])
    #expect(
      Self.rules(guesses + [Self.attempt(.success, from: "192.0.2.80", as: "bob", at: 10)]) == ["password-guessing"])
    #expect(Self.rules(guesses + [Self.attempt(.success, at: 3700)]) == ["password-guessing"])
    #expect(Self.rules([Self.attempt(.failure), in1]).isEmpty, "somebody mistyped once")
  }

  @Test func `sudo's failures count as well`() {
    let tries = (0..<5).map { Self.attempt(.failure, from: "", activity: .privilegeUse, at: $0) }
    #expect(Self.rules(tries) == ["password-guessing"])
  }

  @Test func `switched off it says nothing`() {
    var settings = Policy.Tripwires.Guessing()
    settings.isEnabled = false
    var tripwire = GuessingTripwire(settings: settings)
    #expect(tripwire.examine(Self.attempt(.failure, attempts: 100)) == nil)
  }
}
