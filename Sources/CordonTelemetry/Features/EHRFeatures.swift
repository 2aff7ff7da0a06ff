package import CordonCore

/// What an access to a health record counts for, in the schema `user@ehr`.
package enum EHRFeatures {
  /// Positions in `FeatureSchema.userAtEHR`.
  enum User: Int, CaseIterable {
    case recordsOpened, recordsChanged, distinctPatients, newPatients, searches, exports, patientsExported, breakGlass
    case failures, unexplainedAccesses, unexplainedPatients, distinctOrigins, logOns
    case ownRecord, household, coworkers, watchedPatients
  }

  /// Positions in `FeatureSchema.recordAtEHR`.
  enum Record: Int, CaseIterable {
    case distinctUsers, accesses, unexplainedAccesses, unexplainedUsers, distinctGroups, newUsers, exports, breakGlass
    case kin
  }

  /// What a gateway knows of one patient of an access.
  package struct Patient: Hashable, Sendable {
    /// Under the patients' key.
    package var hash: UInt64
    /// The user had never used the record before.
    package var isNew: Bool
    /// Planning connects the user with the patient's care, or there is no planning to ask.
    package var isExplained: Bool
    package var kinship: KinshipMemory.Kinship
    /// The policy names the patient.
    package var isWatched: Bool

    package init(
      hash: UInt64, isNew: Bool, isExplained: Bool, kinship: KinshipMemory.Kinship = .init(), isWatched: Bool = false
    ) {
      self.kinship = kinship
      self.isWatched = isWatched
      self.hash = hash
      self.isNew = isNew
      self.isExplained = isExplained
    }
  }

  /// - Parameters:
  ///   - patients: of the access, as far as they can be named.
  ///   - origin: hash of where from; nil where the trail does not say.
  package static func count(
    _ access: EHRAccess, succeeded: Bool, patients: [Patient], origin: UInt64?, in window: inout WindowAccumulator
  ) {
    func add(_ feature: User, _ amount: Int = 1) { window.add(Float(amount), at: feature.rawValue) }
    if let origin { window.count(origin, at: User.distinctOrigins.rawValue) }
    if access.isBreakGlass { add(.breakGlass) }
    guard succeeded else { return add(.failures) }
    let named = access.patients.count + access.omittedPatients
    switch access.act {
    case .open: add(.recordsOpened, max(named, 1))
    case .change: add(.recordsChanged, max(named, 1))
    case .search: add(.searches)
    case .export:
      add(.exports)
      add(.patientsExported, named)
    case .logOn: return add(.logOns)
    }
    for patient in patients {
      window.count(patient.hash, at: User.distinctPatients.rawValue)
      if patient.isNew { window.count(patient.hash, at: User.newPatients.rawValue) }
      if !patient.isExplained { window.count(patient.hash, at: User.unexplainedPatients.rawValue) }
    }
    if patients.contains(where: { !$0.isExplained }) { add(.unexplainedAccesses) }
    if patients.contains(where: \.kinship.isSelf) { add(.ownRecord) }
    if patients.contains(where: \.kinship.isHousehold) { add(.household) }
    if patients.contains(where: \.kinship.isCoworker) { add(.coworkers) }
    if patients.contains(where: \.isWatched) { add(.watchedPatients) }
  }

  /// Counts an access that succeeded for the record of one of its patients.
  ///
  /// - Parameters:
  ///   - user: hash of who it was.
  ///   - groups: hashes of where that user belongs.
  package static func count(
    _ access: EHRAccess, of patient: Patient, by user: UInt64, from groups: [UInt64],
    inRecord window: inout WindowAccumulator
  ) {
    func add(_ feature: Record) { window.add(at: feature.rawValue) }
    window.count(user, at: Record.distinctUsers.rawValue)
    add(.accesses)
    if !patient.isExplained {
      add(.unexplainedAccesses)
      window.count(user, at: Record.unexplainedUsers.rawValue)
    }
    for group in groups { window.count(group, at: Record.distinctGroups.rawValue) }
    if patient.isNew { window.count(user, at: Record.newUsers.rawValue) }
    if access.act == .export { add(.exports) }
    if access.isBreakGlass { add(.breakGlass) }
    let kinship = patient.kinship
    if kinship.isSelf || kinship.isHousehold || kinship.isCoworker { add(.kin) }
  }
}
