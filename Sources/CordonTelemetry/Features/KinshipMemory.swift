package import CordonCore

/// Who of the patients is a member of staff, and who lives with one: by hashes alone, which never leave the machine.
///
/// The classes of suspicious access that hospitals' own reviews begin with: one's own record, the family's, a
/// colleague's. Bounded; what was used longest ago is forgotten first. Names are hashed as they come, and not kept.
package struct KinshipMemory: Sendable {
  package static let patientLimit = 65_536
  package static let staffLimit = 16_384
  /// Identities and households of one person.
  package static let markLimit = 8

  /// What a user has to do with a patient, beside care.
  package struct Kinship: Hashable, Sendable {
    package var isSelf = false
    package var isHousehold = false
    package var isCoworker = false

    package init(isSelf: Bool = false, isHousehold: Bool = false, isCoworker: Bool = false) {
      self.isSelf = isSelf
      self.isHousehold = isHousehold
      self.isCoworker = isCoworker
    }
  }

  private struct Marks: Sendable {
    var identities: [UInt64] = []
    var households: [UInt64] = []

    mutating func add(_ identities: [UInt64], _ households: [UInt64]) {
      for mark in identities where !self.identities.contains(mark) { self.identities.append(mark) }
      for mark in households where !self.households.contains(mark) { self.households.append(mark) }
      self.identities = self.identities.suffix(KinshipMemory.markLimit)
      self.households = self.households.suffix(KinshipMemory.markLimit)
    }
  }

  private let hash: @Sendable ([UInt8]) -> UInt64
  private var patients = GenerationCache<CanonicalName, Marks>(limit: patientLimit)
  private var staff = GenerationCache<String, Marks>(limit: staffLimit)
  /// Identities of staff: whose records are a colleague's.
  private var colleagues = GenerationCache<UInt64, Bool>(limit: staffLimit)

  /// - Parameter hash: keyed, so that nobody who sees a hash can try names against it.
  package init(hash: @escaping @Sendable ([UInt8]) -> UInt64) { self.hash = hash }

  /// Takes what a register says of a person; `patients`: the canonical names of the numbers that it gives.
  package mutating func take(_ person: CarePerson, patients names: [CanonicalName]) {
    let identities = person.identities.prefix(Self.markLimit).map { hash(Array("identity \($0)".utf8)) }
    let households = person.households.prefix(Self.markLimit).map { hash(Array("household \($0)".utf8)) }
    for name in names {
      var marks = patients[name] ?? Marks()
      marks.add(identities, households)
      patients[name] = marks
    }
    let own = person.names.filter { !$0.isEmpty && $0.utf8.count <= CanonicalName.partLimit }
    for name in own {
      var marks = staff[name] ?? Marks()
      marks.add(identities, households)
      staff[name] = marks
    }
    guard !own.isEmpty else { return }
    for identity in identities { colleagues[identity] = true }
  }

  /// What a user, under any of some names, has to do with a patient.
  package mutating func kinship(of names: some Sequence<String>, with patient: CanonicalName) -> Kinship {
    guard let theirs = patients[patient] else { return Kinship() }
    var kinship = Kinship()
    for name in names {
      guard let own = staff[name] else { continue }
      if own.identities.contains(where: theirs.identities.contains) { kinship.isSelf = true }
      if own.households.contains(where: theirs.households.contains) { kinship.isHousehold = true }
    }
    // One's own record is neither the family's nor a colleague's.
    if kinship.isSelf { return Kinship(isSelf: true) }
    for identity in theirs.identities where colleagues[identity] != nil { kinship.isCoworker = true }
    return kinship
  }
}
