import CordonCore
import CordonRange
import CordonTelemetry
import Testing

/// Logs of log-ons, read back by the agent's own sensor.
@Suite struct AuthLogTests {
  @Test func logOnsAreReadBack() throws {
    let recording = try Recording(HospitalSettings(seed: 7, days: 7, attacks: [.lateralMovement]))
    let hospital = recording.hospital
    var logs = hospital.hosts.map { AuthLog(of: $0, in: hospital) }
    var texts = [[UInt8]](repeating: [], count: logs.count)
    var (remote, failed, rights) = (0, 0, 0)
    recording.forEachDay { _, activity in
      for event in activity.machine {
        logs[event.host].append(event, to: &texts[event.host])
        switch event.deed {
        case .logIn(.some, true): remote += 1
        case .logIn(_, false): failed += 1
        case .start(_, .setUser): rights += 1
        default: break
        }
      }
    }
    var found: [Observation] = []
    for (host, text) in zip(hospital.hosts, texts) {
      var parser = AuthParser(host: host.label)
      for record in AuthSensor.records(inReplay: text).records {
        parser.parse(record, arrived: .epoch, into: &found)
      }
      parser.finish(into: &found)
      #expect(parser.counters.malformed == 0)
    }
    func count(_ activity: Activity, _ outcome: ActivityOutcome, ssh: Bool? = nil) -> Int {
      found.count { observation in
        guard observation.activity == activity, observation.outcome == outcome,
          case .authentication(let fact) = observation.object
        else { return false }
        return ssh.map { $0 == (fact.service == .ssh) } ?? true
      }
    }
    #expect(remote > 20 && failed > 5 && rights > 20)
    #expect(count(.logOn, .success, ssh: true) == remote)
    #expect(count(.logOn, .failure) == failed)
    #expect(count(.privilegeUse, .success) == rights)
  }
}
