/// Something that a user did in an electronic health record, as the record's own audit trail tells it; raw names.
package struct EHRAccess: Hashable, Sendable {
  /// Patients of one access that are told apart; the trail of a bulk export may name thousands.
  package static let patientLimit = 32

  /// What was done, in the trail's own order of importance: an export is also a read, and counts as an export.
  package enum Act: UInt8, Sendable, CaseIterable {
    case open, change, search, export, logOn
  }

  package var act: Act
  /// Whose records, the first `patientLimit` of them; empty where no one patient is meant, as in a search.
  package var patients: [RawPatient]
  /// Patients named beyond the limit.
  package var omittedPatients: Int
  /// The user overrode the record's own protection, and said so.
  package var isBreakGlass: Bool
  /// What else the trail calls the user, such as `Practitioner/12`: the names that care is planned under.
  package var aliases: [String]
  /// The workstation, as an address or a name; empty where the trail does not say.
  package var origin: String

  package init(
    act: Act, patients: [RawPatient] = [], omittedPatients: Int = 0, isBreakGlass: Bool = false,
    aliases: [String] = [], origin: String = ""
  ) {
    self.act = act
    self.patients = patients
    self.omittedPatients = omittedPatients
    self.isBreakGlass = isBreakGlass
    self.aliases = aliases
    self.origin = origin
  }
}

/// A patient as a source names one.
package struct RawPatient: Hashable, Sendable {
  package var id: String
  /// Who gave the number out, an OID or a name; empty: the source does not say, and the policy's default counts.
  package var authority: String

  package init(id: String, authority: String = "") {
    self.id = id
    self.authority = authority
  }
}
