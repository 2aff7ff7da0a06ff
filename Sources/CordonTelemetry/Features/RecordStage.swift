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
  package var windows: WindowAssembler

  private var authority: String
  private var patientHasher: SketchHasher?
  private var hasher: SketchHasher
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
    self.pseudonymiser = pseudonymiser
    watched = Set(policy.ehr.watchedPatients.map(\.entity))
    let kinKey = HKDF<SHA256>.deriveKey(
      inputKeyMaterial: ownKey, info: Array("cordon/v1/kinship".utf8), outputByteCount: 32)
    kin = KinshipMemory { bytes in
      HMAC<SHA256>.authenticationCode(for: bytes, using: kinKey).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
    windows = WindowAssembler(settings: Self.settings(policy))
  }

  /// Takes another policy, from the next record on.
  package mutating func use(_ policy: Policy) {
    authority = Self.authority(policy)
    watched = Set(policy.ehr.watchedPatients.map(\.entity))
    windows.use(Self.settings(policy))
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

  /// Lets an access count in its user's window.
  ///
  /// - Parameters:
  ///   - user: the user's canonical name, for what is new to whom.
  ///   - entity: the pseudonym under which it counts.
  package mutating func take(
    _ access: EHRAccess, _ observation: Observation, by user: CanonicalName, as entity: EntityRef, now: Timestamp
  ) {
    guard patientHasher != nil else { return }
    let succeeded = observation.outcome != .failure
    let patients = access.patients.compactMap { patient(of: $0, access, user, succeeded, at: observation.time) }
    unnamed += UInt64(access.patients.count - patients.count)
    let origin = access.origin.isEmpty ? nil : hasher.hash(Array(access.origin.utf8), as: .origin)
    windows.add(entity, schema: .userAtEHR, at: observation.time, now: now) {
      EHRFeatures.count(access, succeeded: succeeded, patients: patients, origin: origin, in: &$0)
    }
  }

  private mutating func patient(
    of raw: RawPatient, _ access: EHRAccess, _ user: CanonicalName, _ succeeded: Bool, at time: Timestamp
  ) -> EHRFeatures.Patient? {
    guard let name = name(of: raw), let hash = patientHasher?.hash(name.bytes, as: .patient) else { return nil }
    // What was refused has shown nobody anything, so the next time is still the first.
    let isNew = succeeded && history.isFirst(user, name)
    let isExplained = !care.isInformed || care.explains(access.aliases, with: name, at: time)
    let kinship = kin.kinship(of: care.allKeys(of: access.aliases), with: name)
    let isWatched = !watched.isEmpty && pseudonymiser.reference(to: name).map(watched.contains) ?? false
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

  private static func settings(_ policy: Policy) -> WindowSettings {
    WindowSettings(
      length: policy.windows.ehrLength, lateness: policy.windows.ehrLateness, ahead: policy.clockTolerance, burst: .max,
      idle: .closes)
  }
}
