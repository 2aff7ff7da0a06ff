import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct LogOnMemoryTests {
  static func logOn(
    _ source: String, _ user: String = "ann", _ origin: String? = "192.0.2.1", at seconds: Int = 0,
    attempts: UInt32 = 1,
    outcome: ActivityOutcome = .success, activity: Activity = .logOn, service: Authentication.Service = .ssh
  ) -> Observation {
    let fact = Authentication(
      service: service, origin: origin.flatMap { IPAddress($0) }.map { .address($0) }, attempts: attempts)
    return Observation(
      time: FakeClock.start.advanced(by: .seconds(seconds)), family: .host, source: source, activity: activity,
      outcome: outcome, actor: source == "sdk" ? .name(user) : .login(user), object: .authentication(fact))
  }

  /// How often each counts, after others.
  static func counts(_ observations: [Observation]) -> [UInt32] {
    var memory = LogOnMemory()
    return observations.map { observation in
      var observation = observation
      guard !memory.isRepetition(&observation), case .authentication(let fact) = observation.object else { return 0 }
      return fact.attempts
    }
  }

  @Test func `what PAM's module and a log tell counts once, whichever is first`() {
    #expect(Self.counts([Self.logOn("sdk"), Self.logOn("auth", at: 10)]) == [1, 0])
    #expect(Self.counts([Self.logOn("auth", at: 10), Self.logOn("sdk")]) == [1, 0])
    #expect(Self.counts([Self.logOn("sdk", "ann", nil), Self.logOn("auth")]) == [1, 0])
  }

  @Test func `attempts are matched one by one`() {
    let failed = Self.logOn("sdk", outcome: .failure)
    #expect(Self.counts([failed, failed, failed, Self.logOn("auth", attempts: 5, outcome: .failure)]) == [1, 1, 1, 2])
    #expect(Self.counts([Self.logOn("auth", attempts: 2, outcome: .failure), failed, failed, failed]) == [2, 0, 0, 1])
  }

  @Test func `one sensor's log-ons are never each other's`() {
    #expect(
      Self.counts([Self.logOn("auth"), Self.logOn("auth"), Self.logOn("sdk"), Self.logOn("sdk")]) == [1, 1, 0, 0])
  }

  @Test(arguments: [
    logOn("auth", "bob"), logOn("auth", "ann", "192.0.2.2"), logOn("auth", at: 30), logOn("auth", at: -30),
    logOn("auth", outcome: .failure), logOn("auth", activity: .logOff), logOn("auth", service: .login),
  ])
  func `what is another log-on counts`(other: Observation) {
    #expect(Self.counts([Self.logOn("sdk"), other]) == [1, 1])
  }

  @Test func `a flood of attempts is bounded, and counts rather twice than never`() {
    let flood = (0..<LogOnMemory.attemptLimit + 5).map { _ in Self.logOn("sdk", outcome: .failure) }
    let counted = Self.counts(flood + [Self.logOn("auth", attempts: 100, outcome: .failure)])
    #expect(counted.last == UInt32(100 - LogOnMemory.attemptLimit))
  }
}
