import CordonCollector
import CordonCore
import CordonLearning
import CordonRange
import CordonStore
import CordonTelemetry
import CordonTestSupport
import Crypto
import Testing

/// A nurse of the made-up hospital reads on other wards: from the EHR's audit trail, over two gateways, to an incident.
@Suite struct SnoopingTests {
  /// A gateway of the range's EHR: trail and care in, windows out.
  struct Gateway {
    var parser = EHRParser()
    var stage: RecordStage
    var naming: EntityNaming
    var pseudonymiser: Pseudonymiser

    init() throws {
      func ring(_ byte: UInt8) throws -> KeyRing {
        KeyRing(current: try #require(EpochKey(epoch: 1, bytes: [UInt8](repeating: byte, count: 32))))
      }
      let keys = PseudonymKeys(
        staff: try ring(1), patient: try ring(2), path: SymmetricKey(data: [UInt8](repeating: 3, count: 32)))
      pseudonymiser = Pseudonymiser(keys: keys)
      var policy = Policy.observeOnly
      policy.defaultRealm = Person.realm
      stage = RecordStage(policy: policy, pseudonymiser: pseudonymiser, ownKey: keys.path)
      let machine = try #require(MachineID(String(repeating: "1", count: 32)))
      naming = EntityNaming(settings: .init(machine: machine, policy: policy), directory: SystemAccounts())
    }

    func entity(_ account: String) throws -> EntityRef {
      var pseudonymiser = pseudonymiser
      let name = try #require(CanonicalName.domainAccount(account, realm: Person.realm))
      let reference = pseudonymiser.reference(to: name)
      return try #require(reference)
    }

    /// What a file's bytes become; the windows of a whole day are closed at its end.
    mutating func read(_ bytes: [UInt8]) throws -> [EntityWindow] {
      let batch = EHRSensor.records(inReplay: bytes)
      #expect(batch.dropped == 0)
      var found: [Observation] = []
      for record in batch.records { parser.parse(record, arrived: .epoch, into: &found) }
      #expect(parser.counters.malformed == 0)
      for observation in found {
        switch observation.object {
        case .care(let fact): stage.take(fact)
        case .access(let access):
          let actor = try #require(observation.actor)
          guard let named = naming.name(actor, now: observation.time),
            let entity = pseudonymiser.reference(to: named.name)
          else { throw CordonError(.defect, "unnamed", "Nobody is named by \(actor).") }
          _ = stage.take(access, observation, by: named.name, as: entity, now: observation.time)
        default: break
        }
      }
      return stage.windows.finish().map(SmallCounts.coarsened)
    }
  }

  /// The trail of one day, as two application servers of the EHR write it: every other access to each.
  static func trails(_ activity: HospitalActivity, _ trail: inout FHIRAuditEvent) -> [[UInt8]] {
    var files: [[UInt8]] = [[], []]
    for (number, access) in activity.records.enumerated() { trail.append(access, to: &files[number % 2]) }
    return files
  }

  /// Two weeks of twenty people, of whom a nurse reads on other wards for four shifts of the second.
  @Test func `the snooping nurse is found, and told in words`() async throws {
    let recording = try Recording(HospitalSettings(seed: 7, days: 14, attacks: [.snooping]))
    let calendar = recording.hospital.calendar
    let attacked = Set(recording.labels.map { DailyMaximum.day(of: $0.from, offset: 0) })
    let snooper = try #require(recording.labels.first?.entity.split(separator: "/").last.map(String.init))
    try await TestCollector.with(at: calendar.start) { collector in
      try await collector.apply(collector.policy(serial: 1))
      let machines = [try await collector.enrol("gw-1"), try await collector.enrol("gw-2")]
      var gateways = [try Gateway(), try Gateway()]
      let entity = try gateways[0].entity(snooper)
      let care = Array(FHIRCare(in: recording.hospital).text.utf8)
      for index in gateways.indices { _ = try gateways[index].read(care) }
      var trail = FHIRAuditEvent(in: recording.hospital)
      var days: [HospitalActivity] = []
      recording.forEachDay { _, activity in days.append(activity) }
      for (day, activity) in days.enumerated() {
        collector.clock.set(calendar.midnight(of: day + 1))
        for (index, file) in Self.trails(activity, &trail).enumerated() {
          let windows = try gateways[index].read(file)
          try await collector.bring(windows.map { .window($0) }, of: machines[index], lane: .window)
        }
        try await collector.settle()
      }
      let schema = FeatureSchema.userAtEHR
      let maxima = try await collector.domain.context.store.dailyScores(schema: schema.id, model: 0, from: .min)
        .filter { $0.scale == Scale.twelveHours.rawValue }.sorted { $0.score > $1.score }
      // Twenty people of whom most work every other day, less the twenty hours in which each matures.
      #expect(maxima.count > 120, "\(maxima.count)")
      // Over two gateways, each of which tells small counts of patients coarsely.
      let strangest = try #require(maxima.first)
      #expect(strangest.entity == entity && attacked.contains(strangest.day), "the strangest user-day")
      let found = try await collector.domain.casebook.detections(since: .epoch, most: 1000).map(\.stored.detection)
        .filter {
          $0.entities.first?.entity == entity && attacked.contains(DailyMaximum.day(of: $0.eventTime, offset: 0))
        }
      #expect(found.contains { $0.kind == .behaviour && $0.severity > .low })
      #expect(found.contains { $0.summary.contains("with whose care nothing planned connects the user") })
    }
  }
}
