import CordonCore
import CordonTelemetry
import Glibc
import Testing

/// Real logs that others published (loghub, crowdsec), where the machine has them.
@Suite struct RecordedLogsTests {
  static let folder = RecordedTrailsTests.folder
  static let isThere = access("\(folder)/loghub/OpenSSH", R_OK) == 0
  static let why: Comment = "skipped: no recordings at CORDON_DATA (\(folder))"

  static func parse(_ path: String) throws -> (found: [Observation], counters: ParserCounters) {
    let bytes = try #require(try SmallFile.read("\(folder)/\(path)", most: 1 << 20))
    var parser = AuthParser(offset: { _ in 0 })
    var found: [Observation] = []
    let batch = AuthSensor.records(inReplay: bytes)
    #expect(batch.dropped == 0)
    for record in batch.records { parser.parse(record, arrived: AuthParserTests.now, into: &found) }
    parser.finish(into: &found)
    return (found, parser.counters)
  }

  static func attempts(_ found: [Observation], _ outcome: ActivityOutcome) -> UInt32 {
    found.reduce(0) { sum, observation in
      guard observation.activity == .logOn, observation.outcome == outcome,
        case .authentication(let fact) = observation.object
      else { return sum }
      return sum + fact.attempts
    }
  }

  /// 520 lines tell of a password that failed, two of them of five each; five attempts are told of by PAM alone.
  @Test(.enabled(if: isThere || RecordedTrailsTests.isRequired, why)) func `2,000 lines of sshd under attack`() throws {
    let (found, counters) = try Self.parse("loghub/OpenSSH/OpenSSH_2k.log")
    #expect(counters.malformed == 0)
    #expect(Self.attempts(found, .failure) == 533)
    #expect(Self.attempts(found, .success) == 1)
    print(
      "auth: OpenSSH_2k.log: 2,000 of 2,000 lines read, \(found.count) observations, \(counters.ignored) of no attempt")
  }

  @Test(.enabled(if: isThere || RecordedTrailsTests.isRequired, why)) func `2,000 lines of a whole machine`() throws {
    let (found, counters) = try Self.parse("loghub/Linux/Linux_2k.log")
    #expect(counters.malformed == 0)
    #expect(Self.attempts(found, .failure) == 490)
    #expect(found.count { $0.activity == .privilegeUse } == 86)
    print(
      "auth: Linux_2k.log: 2,000 of 2,000 lines read, \(found.count) observations, \(counters.ignored) of no attempt")
  }

  /// What crowdsec's scenarios expect of their own lines: how many sources fail, and how often.
  @Test(
    .enabled(if: isThere || RecordedTrailsTests.isRequired, why),
    arguments: [
      ("ssh-bf", 6, 0), ("ssh-slow-bf", 22, 0), ("sshd-invalid-bf", 6, 0), ("ssh-time-based-bf", 14, 1),
      ("sshd-success-logs", 0, 4), ("sshd-impossible-travel-user", 0, 2), ("ssh-generic-test", 1, 0),
      ("sshd_banner_exchange", 0, 0), ("sshd-bad-keyexchange-bf", 0, 0), ("ssh-timeout", 0, 0),
    ]) func `crowdsec's lines`(test: String, failures: UInt32, successes: UInt32) throws
  {
    let names = CanaryPlanterTests.names(in: "\(Self.folder)/crowdsec-hub/tests/\(test)")
    let log = try #require(names.first { $0.hasSuffix(".log") })
    let (found, counters) = try Self.parse("crowdsec-hub/tests/\(test)/\(log)")
    #expect(counters.malformed == 0)
    #expect(Self.attempts(found, .failure) == failures)
    #expect(Self.attempts(found, .success) == successes)
  }
}
