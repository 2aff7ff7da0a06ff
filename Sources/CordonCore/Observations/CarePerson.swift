/// A person as the hospital's registers know one: as a patient, as staff, or as both; raw names, which stay on the gateway.
package struct CarePerson: Hashable, Sendable {
  /// Numbers under which the person is a patient.
  package var patients: [RawPatient]
  /// References and identifiers under which the person is staff, such as `Practitioner/12`.
  package var names: [String]
  /// What makes the person one and the same wherever it is written down; compared hashed alone.
  package var identities: [String]
  /// Last names with an address: whoever lives there and is called so; compared hashed alone.
  package var households: [String]

  package init(
    patients: [RawPatient] = [], names: [String] = [], identities: [String] = [], households: [String] = []
  ) {
    self.patients = patients
    self.names = names
    self.identities = identities
    self.households = households
  }
}
