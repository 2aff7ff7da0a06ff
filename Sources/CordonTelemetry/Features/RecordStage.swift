package import CordonCore
package import Crypto

/// What a gateway makes of accesses to health records: who they are by, whose records, how new and how explained.
///
/// A value; raw names come in, windows of pseudonyms and numbers come out. Without the patients' key nothing is counted.
package struct RecordStage: Sendable {
  package private(set) var care = CareMemory()
  package private(set) var history: PatientHistory
  package private(set) var kin: KinshipMemory
  /// Patients whose numbers cannot be written as names.
  package private(set) var unnamed: UInt64 = 0
  /// Users'.
  package var windows: WindowAssembler
  /// Patients' records'; nil where the site has not turned them on.
  private var recordWindows: WindowAssembler?

  private var authority: String
  private var patientHasher: SketchHasher?
  private var hasher: SketchHasher
  /// For what never leaves: a patient's hash in a window is another in each.
  private var ownHasher: SketchHasher
  private var pseudonymiser: Pseudonymiser
  /// Patients whom the policy names, sealed: whoever opens their records is counted.
  private var watched: Set<EntityRef>

  /// - Parameters:
  ///   - ownKey: the agent's own, for what never leaves it.
  ///   - history: of before the restart, as `PatientHistory.encoded` gave it.
  package init(policy: Policy, pseudonymiser: Pseudonymiser, ownKey: SymmetricKey, history: [UInt8] = []) {
    self.history = PatientHistory(key: ownKey, encoded: history)
    authority = Self.authority(policy)
    patientHasher = pseudonymiser.patientHasher
    hasher = pseudonymiser.sketchHasher
    ownHasher = SketchHasher(ownKey: ownKey)
    self.pseudonymiser = pseudonymiser
    watched = Set(policy.ehr.watchedPatients.map(\.entity))
    let kinKey = HKDF<SHA256>.deriveKey(
      inputKeyMaterial: ownKey, info: Array("cordon/v1/kinship".utf8), outputByteCount: 32)
    kin = KinshipMemory { bytes in
      HMAC<SHA256>.authenticationCode(for: bytes, using: kinKey).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
    windows = WindowAssembler(settings: Self.settings(policy))
    recordWindows = policy.ehr.recordWindows ? WindowAssembler(settings: Self.recordSettings(policy)) : nil
  }

  /// Takes another policy, from the next record on.
  package mutating func use(_ policy: Policy) {
    authority = Self.authority(policy)
    watched = Set(policy.ehr.watchedPatients.map(\.entity))
    windows.use(Self.settings(policy))
    if policy.ehr.recordWindows {
      recordWindows = recordWindows ?? WindowAssembler(settings: Self.recordSettings(policy))
      recordWindows?.use(Self.recordSettings(policy))
    } else {
      recordWindows = nil
    }
  }

  /// Takes the keys of another epoch; windows must have been closed before.
  package mutating func use(_ pseudonymiser: Pseudonymiser) {
    patientHasher = pseudonymiser.patientHasher
    hasher = pseudonymiser.sketchHasher
    self.pseudonymiser = pseudonymiser
  }

  /// Takes what planning says.
  package mutating func take(_ fact: CareFact) {
    switch fact {
    case .membership(let member, let groups): care.take(membership: member, in: groups)
    case .person(let person): kin.take(person, patients: person.patients.compactMap { name(of: $0) })
    case .relation(let relation):
      guard let patient = name(of: relation.patient) else {
        unnamed += 1
        return
      }
      care.take(relation, of: patient)
    }
  }

  /// Lets an access count in its user's window, and in its patients' where the site wants them.
  ///
  /// Returns the patients with whose care nothing planned connects the user; none where the access failed, or planning
  /// says nothing at all of the user.
  ///
  /// - Parameters:
  ///   - user: the user's canonical name, for what is new to whom.
  ///   - entity: the pseudonym under which it counts.
  package mutating func take(
    _ access: EHRAccess, _ observation: Observation, by user: CanonicalName, as entity: EntityRef, now: Timestamp
  ) -> [UnexplainedTripwire.Patient] {
    guard patientHasher != nil else { return [] }
    let succeeded = observation.outcome != .failure
    let names = access.patients.compactMap { name(of: $0) }
    let patients = names.compactMap { patient($0, access, user, entity, succeeded, at: observation.time) }
    unnamed += UInt64(access.patients.count - patients.count)
    let origin = access.origin.isEmpty ? nil : hasher.hash(Array(access.origin.utf8), as: .origin)
    windows.add(entity, schema: .userAtEHR, at: observation.time, now: now) {
      EHRFeatures.count(access, succeeded: succeeded, patients: patients, origin: origin, in: &$0)
    }
    guard succeeded, patients.count == names.count else { return [] }
    if recordWindows != nil { countForRecords(access, observation, by: user, Array(zip(names, patients)), now: now) }
    guard care.plans(for: access.aliases) else { return [] }
    return zip(names, patients).filter { !$1.isExplained }.map { name, _ in
      .init(name: name, hash: ownHasher.hash(name.bytes, as: .patient))
    }
  }

  private mutating func countForRecords(
    _ access: EHRAccess, _ observation: Observation, by user: CanonicalName,
    _ patients: [(name: CanonicalName, known: EHRFeatures.Patient)], now: Timestamp
  ) {
    let account = hasher.hash(user.bytes, as: .account)
    let groups = care.allKeys(of: access.aliases).filter(CareMemory.isGroup).sorted()
      .map { hasher.hash(Array($0.utf8), as: .careGroup) }
    for (name, known) in patients {
      guard let entity = pseudonymiser.reference(to: name) else { continue }
      recordWindows?.add(entity, schema: .recordAtEHR, at: observation.time, now: now) {
        EHRFeatures.count(access, of: known, by: account, from: groups, inRecord: &$0)
      }
    }
  }

  /// Records' windows that are over, or all; those that fewer people had a part in than `fewestAccessors` stay here.
  package mutating func closeRecordWindows(isLast: Bool, at now: Timestamp) -> [EntityWindow] {
    let closed = isLast ? recordWindows?.finish() : recordWindows?.advance(to: now)
    return (closed ?? []).filter {
      Int($0.features[EHRFeatures.Record.distinctUsers.rawValue].rounded()) >= FeatureSchema.fewestAccessors
    }
  }

  /// The machine's clock is not to be trusted: windows that close from now on say so.
  package mutating func setSkewed(_ isSkewed: Bool) {
    windows.isSkewed = isSkewed
    recordWindows?.isSkewed = isSkewed
  }

  private mutating func patient(
    _ name: CanonicalName, _ access: EHRAccess, _ user: CanonicalName, _ entity: EntityRef, _ succeeded: Bool,
    at time: Timestamp
  ) -> EHRFeatures.Patient? {
    guard let hash = patientHasher?.hash(patient: name.bytes, of: entity, from: windows.start(of: time)) else {
      return nil
    }
    // What was refused has shown nobody anything, so the next time is still the first.
    let isNew = succeeded && history.isFirst(user, name)
    let isExplained = !care.isInformed || care.explains(access.aliases, with: name, at: time)
    let kinship = kin.kinship(of: care.allKeys(of: access.aliases), with: name)
    let isWatched = !watched.isEmpty && pseudonymiser.matches(name, watched)
    return EHRFeatures.Patient(
      hash: hash, isNew: isNew, isExplained: isExplained, kinship: kinship, isWatched: isWatched)
  }

  private func name(of patient: RawPatient) -> CanonicalName? {
    CanonicalName.patient(id: patient.id, authority: patient.authority.isEmpty ? authority : patient.authority)
  }

  /// As identifiers' systems are written, so that a policy may name a URL or an OID too.
  static func authority(_ policy: Policy) -> String {
    policy.ehr.authority.isEmpty ? "ehr" : FHIRReference.authority(of: policy.ehr.authority)
  }

  /// Hourly at least, whatever users' windows are: a shorter one would say who was where.
  private static func recordSettings(_ policy: Policy) -> WindowSettings {
    var settings = settings(policy)
    settings.length = max(settings.length, .seconds(3600))
    return settings
  }

  private static func settings(_ policy: Policy) -> WindowSettings {
    WindowSettings(
      length: policy.windows.ehrLength, lateness: policy.windows.ehrLateness, ahead: policy.clockTolerance, burst: .max,
      idle: .closes)
  }
}
