import CordonCore
import CordonTelemetry
import CordonTestSupport
import Crypto
import Testing

enum WindowKeys {
  static let own = SymmetricKey(data: [UInt8](repeating: 0x22, count: 32))

  static func keys(patient byte: UInt8? = 0x33, epoch: UInt32 = 1) throws -> PseudonymKeys {
    func ring(_ byte: UInt8) throws -> KeyRing {
      KeyRing(current: try #require(EpochKey(epoch: epoch, bytes: [UInt8](repeating: byte, count: 32))))
    }
    return PseudonymKeys(staff: try ring(0x11), patient: try byte.map(ring), path: own)
  }
}

@Suite struct RecordStageTests {
  static let user = EntityRef(kind: .user, keyEpoch: 1, pseudonym: [UInt8](repeating: 1, count: 16))

  static func stage(
    patient: UInt8? = 0x33, _ change: (inout Policy) -> Void = { _ in }
  ) throws -> RecordStage {
    var policy = Policy.observeOnly
    change(&policy)
    return RecordStage(
      policy: policy, pseudonymiser: Pseudonymiser(keys: try WindowKeys.keys(patient: patient)),
      ownKey: WindowKeys.own)
  }

  static func take(
    _ stage: inout RecordStage, _ act: EHRAccess.Act, _ patients: [String] = [], outcome: ActivityOutcome = .success,
    breakGlass: Bool = false, aliases: [String] = ["ann"], origin: String = "ws-1", user name: String = "ann"
  ) throws {
    let access = EHRAccess(
      act: act, patients: patients.map { RawPatient(id: $0) }, isBreakGlass: breakGlass, aliases: aliases,
      origin: origin)
    let observation = Observation(
      time: FakeClock.start, family: .ehr, source: "ehr", activity: .recordAccess, outcome: outcome,
      actor: .record("ann"), object: .access(access))
    let user = try #require(CanonicalName.domainAccount(name, realm: "ehr"))
    _ = stage.take(access, observation, by: user, as: Self.user, now: FakeClock.start)
  }

  static func features(_ stage: inout RecordStage) -> [String: Float] {
    var found: [String: Float] = [:]
    for window in stage.windows.finish() {
      #expect(window.schema == FeatureSchema.userAtEHR.id && window.isPartial)
      for (feature, value) in zip(FeatureSchema.userAtEHR.features, window.features) where value != 0 {
        found[feature.name] = feature.merge == .union ? value.rounded() : value
      }
    }
    return found
  }

  /// Permanent: what a model and a policy name.
  @Test func `ids and names never change`() {
    #expect(FeatureSchema.userAtEHR.id == 3)
    #expect(FeatureSchema.userAtEHR.features.map(\.id) == (301...317).map { UInt32($0) })
    #expect(
      FeatureSchema.userAtEHR.features.map(\.name) == [
        "records_opened", "records_changed", "distinct_patients", "new_patients", "searches", "exports",
        "patients_exported", "break_glass", "failures", "unexplained_accesses", "unexplained_patients",
        "distinct_origins", "log_ons", "own_record", "household", "coworkers", "watched_patients",
      ])
  }

  @Test func `one's own record, the family's, a colleague's and a watched patient's count by themselves`() throws {
    var policy = Policy.observeOnly
    let watched = try #require(CanonicalName.patient(id: "4", authority: "ehr"))
    var pseudonymiser = Pseudonymiser(keys: try WindowKeys.keys())
    let sealed = pseudonymiser.sealed(watched, part: .target)
    policy.ehr.watchedPatients = [try #require(sealed)]
    var stage = RecordStage(policy: policy, pseudonymiser: pseudonymiser, ownKey: WindowKeys.own)
    stage.take(.person(CarePerson(names: ["ann"], identities: ["doe ann"], households: ["doe road 1"])))
    stage.take(.person(CarePerson(names: ["bob"], identities: ["roe bob"])))
    for (number, identity) in [("1", "doe ann"), ("2", "doe tim"), ("3", "roe bob"), ("4", "poe eve")] {
      stage.take(
        .person(
          CarePerson(
            patients: [RawPatient(id: number)], identities: [identity],
            households: identity.hasPrefix("doe") ? ["doe road 1"] : [])))
      try Self.take(&stage, .open, [number])
    }
    let found = Self.features(&stage)
    for name in ["own_record", "household", "coworkers", "watched_patients"] { #expect(found[name] == 1, "\(name)") }
    #expect(found["records_opened"] == 4)
  }

  @Test func `each act counts for what it is`() throws {
    var stage = try Self.stage()
    try Self.take(&stage, .open, ["1"])
    try Self.take(&stage, .open, ["1"])
    try Self.take(&stage, .change, ["2"])
    try Self.take(&stage, .search)
    try Self.take(&stage, .export, ["1", "2", "3"], origin: "ws-2")
    try Self.take(&stage, .open, ["4"], breakGlass: true)
    try Self.take(&stage, .open, ["5"], outcome: .failure)
    try Self.take(&stage, .logOn)
    #expect(
      Self.features(&stage) == [
        "records_opened": 3, "records_changed": 1, "distinct_patients": 4, "new_patients": 4, "searches": 1,
        "exports": 1, "patients_exported": 3, "break_glass": 1, "failures": 1, "distinct_origins": 2, "log_ons": 1,
      ])
    // Known by now; the one who was refused is not.
    try Self.take(&stage, .open, ["1", "2", "5"])
    #expect(Self.features(&stage)["new_patients"] == 1)
  }

  @Test func `what planning does not explain is counted, once there is any`() throws {
    var stage = try Self.stage()
    try Self.take(&stage, .open, ["1"])
    stage.take(
      .relation(
        CareRelation(
          patient: RawPatient(id: "1"), parties: ["Practitioner/1"], from: FakeClock.start, to: .distantFuture)))
    try Self.take(&stage, .open, ["1"], aliases: ["Practitioner/1"])
    try Self.take(&stage, .open, ["1"], aliases: ["Practitioner/2"])
    try Self.take(&stage, .open, ["2", "3"], aliases: ["Practitioner/1"])
    stage.take(.membership(of: "Practitioner/2", in: ["Practitioner/1"]))
    try Self.take(&stage, .open, ["1"], aliases: ["Practitioner/2"])
    let found = Self.features(&stage)
    #expect(found["unexplained_accesses"] == 2)
    #expect(found["unexplained_patients"] == 3)
  }

  @Test func `a record's window leaves where five people used it, and not where four did`() throws {
    #expect(FeatureSchema.recordAtEHR.id == 4)
    #expect(FeatureSchema.recordAtEHR.features.map(\.id) == (401...409).map { UInt32($0) })
    var stage = try Self.stage { $0.ehr.recordWindows = true }
    stage.take(
      .relation(
        CareRelation(patient: RawPatient(id: "1"), parties: ["u0"], from: FakeClock.start, to: .distantFuture)))
    stage.take(.membership(of: "u0", in: ["Organization/3"]))
    for number in 0..<5 { try Self.take(&stage, .open, ["1"], aliases: ["u\(number)"], user: "u\(number)") }
    for number in 0..<4 { try Self.take(&stage, .open, ["2"], aliases: ["u\(number)"], user: "u\(number)") }
    try Self.take(&stage, .export, ["1"], aliases: ["u0"], user: "u0")
    try Self.take(&stage, .open, ["2"], outcome: .failure, user: "u9")
    let windows = stage.closeRecordWindows(isLast: true, at: FakeClock.start)
    let window = try #require(windows.first)
    #expect(windows.count == 1 && window.entity.kind == .record && window.length == 3_600_000)
    var found: [String: Float] = [:]
    for (feature, value) in zip(FeatureSchema.recordAtEHR.features, window.features) where value != 0 {
      found[feature.name] = value.rounded()
    }
    #expect(
      found == [
        "distinct_users": 5, "accesses": 6, "unexplained_accesses": 4, "unexplained_users": 4, "distinct_groups": 1,
        "new_users": 5, "exports": 1,
      ])
  }

  @Test func `no record's window is made unless the site turns them on`() throws {
    var stage = try Self.stage()
    for number in 0..<9 { try Self.take(&stage, .open, ["1"], user: "u\(number)") }
    #expect(stage.closeRecordWindows(isLast: true, at: FakeClock.start).isEmpty)
  }

  @Test func `without the patients' key nothing is counted`() throws {
    var stage = try Self.stage(patient: nil)
    try Self.take(&stage, .open, ["1"])
    #expect(Self.features(&stage).isEmpty)
  }

  /// Parts of two gateways merge, and no register tells of a patient without the key.
  @Test func `patients are hashed under the patients' key`() throws {
    func registers(_ key: UInt8) throws -> [EntityWindow.DistinctSketch] {
      var stage = try Self.stage(patient: key)
      try Self.take(&stage, .open, ["1", "2"])
      let window = try #require(stage.windows.finish().first)
      return window.sketches.filter { $0.feature == 303 }
    }
    let (one, same, other) = (try registers(0x33), try registers(0x33), try registers(0x44))
    #expect(one == same && one != other && one.count == 1)
  }

  @Test(arguments: ["http://hospital.example/mrn", "urn:oid:1.2.3", "", "MPI"])
  func `any authority of the policy names patients`(authority: String) throws {
    var stage = try Self.stage { $0.ehr.authority = authority }
    try Self.take(&stage, .open, ["1"])
    #expect(Self.features(&stage)["distinct_patients"] == 1)
    #expect(stage.unnamed == 0)
    try Self.take(&stage, .open, ["", "\u{1}"])
    #expect(stage.unnamed == 2)
  }
}
