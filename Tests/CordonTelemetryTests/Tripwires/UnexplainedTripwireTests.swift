import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

/// One user and records that nothing planned explains: many patients in a day, or one patient on many days.
@Suite struct UnexplainedTripwireTests {
  static let observation = Observation(
    time: FakeClock.start, family: .ehr, source: EHRSensor.name, activity: .recordAccess, actor: .record("ann"))

  static func settings(patients: UInt32 = 5, days: UInt32 = 3, isEnabled: Bool = true) -> Policy.Tripwires.Unexplained {
    var settings = Policy.Tripwires.Unexplained()
    (settings.isEnabled, settings.patients, settings.days) = (isEnabled, patients, days)
    return settings
  }

  /// Accesses as pairs of a day and a patient's number; returns evidence by the access that tripped.
  static func hits(
    _ accesses: [(day: Int64, patient: Int)], by user: String = "ann",
    _ settings: Policy.Tripwires.Unexplained = settings()
  ) throws -> [Int: [TripwireHit]] {
    var tripwire = UnexplainedTripwire(settings: settings)
    let user = try #require(CanonicalName.domainAccount(user, realm: "ehr"))
    var found: [Int: [TripwireHit]] = [:]
    for (index, access) in accesses.enumerated() {
      let name = try #require(CanonicalName.patient(id: "\(access.patient)", authority: "ehr"))
      let hits = tripwire.examine(
        [.init(name: name, hash: UInt64(access.patient))], of: observation, by: user, day: access.day)
      if !hits.isEmpty { found[index] = hits }
    }
    return found
  }

  @Test func `the fifth patient of a day trips, and then each doubling`() throws {
    let found = try Self.hits((0..<45).map { (7, $0) })
    #expect(found.keys.sorted() == [4, 9, 19, 39])
    let hit = try #require(found[4]?.first)
    #expect(hit.rule == .unexplainedAccess && hit.patient == nil)
    #expect(hit.evidence.map(\.value) == [5, 5])
    #expect(Set(found.values.joined().map(\.identity)).count == 4)
  }

  @Test func `the same patients again, or as many on another day, do not`() throws {
    #expect(try Self.hits((0..<40).map { (7, $0 % 4) }).isEmpty)
    #expect(try Self.hits((0..<8).map { (Int64($0 / 4), $0) }).isEmpty)
  }

  @Test func `one patient on three days trips, and names the patient sealed`() throws {
    let found = try Self.hits([(1, 9), (1, 9), (4, 9), (9, 9), (9, 9)])
    #expect(found.keys.sorted() == [3])
    let hit = try #require(found[3]?.first)
    #expect(hit.patient == CanonicalName.patient(id: "9", authority: "ehr"))
    #expect(hit.evidence.map(\.value) == [3])
  }

  @Test func `days further apart than a month do not belong together, and a late one still counts`() throws {
    #expect(try Self.hits([(1, 9), (31, 9), (61, 9), (400, 9)]).isEmpty)
    #expect(try Self.hits([(9, 9), (1, 9), (4, 9)]).keys.sorted() == [2])
  }

  @Test func `off is off`() throws {
    #expect(try Self.hits((0..<45).map { (7, $0) }, Self.settings(isEnabled: false)).isEmpty)
  }
}
