/// What a hospital's own planning says of who cares for whom: the reason why a record is opened.
package enum CareFact: Hashable, Sendable {
  /// Before the name of a group that a log names by a word of its own, where FHIR would write `Organization/12`.
  package static let groupPrefix = "group "

  /// A patient is cared for by parties during a time.
  case relation(CareRelation)
  /// Somebody belongs to others: a person to a role, a ward, a team. Also an account to the person behind it.
  case membership(of: String, in: [String])
  /// Who somebody is, and where somebody lives.
  case person(CarePerson)
}

/// An appointment, a stay or a care team: one patient and who has to do with them.
package struct CareRelation: Hashable, Sendable {
  /// Parties of one relation that are kept.
  package static let partyLimit = 32

  package var patient: RawPatient
  /// References as FHIR writes them, such as `Practitioner/12` and `Location/ward-3`.
  package var parties: [String]
  package var from: Timestamp
  /// `Timestamp.distantFuture` where it has not ended.
  package var to: Timestamp

  package init(patient: RawPatient, parties: [String], from: Timestamp, to: Timestamp) {
    self.patient = patient
    self.parties = parties
    self.from = from
    self.to = to
  }
}

extension Timestamp {
  /// Past every moment that the wire can hold.
  package static let distantFuture = Timestamp(milliseconds: 9_223_372_036_854)
}
