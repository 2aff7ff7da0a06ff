// Ids are permanent: a feature that changes its meaning gets a new id, and the old one is never used again.

extension FeatureSchema {
  /// What one user does in the electronic health record in one window, from its audit trail; parts merge on the collector.
  ///
  /// Patients are counted under the patients' key, so that the collector counts them and names none. What failed counts
  /// as a failure and as nothing else.
  package static let userAtEHR = FeatureSchema(
    id: 3, name: "user@ehr", entity: .user, family: .ehr,
    features: [
      .init(301, "records_opened", unit: "count", .log1p, .sum, "patients' records opened"),
      .init(302, "records_changed", unit: "count", .log1p, .sum, "patients' records written, changed or deleted"),
      .init(303, "distinct_patients", unit: "count", .log1p, .union, "different patients whose records were used"),
      .init(
        304, "new_patients", unit: "count", .log1p, .union,
        "different patients whose records the user had never used before, as far as the gateway remembers"),
      .init(305, "searches", unit: "count", .log1p, .sum, "searches for records"),
      .init(306, "exports", unit: "count", .log1p, .sum, "exports and disclosures"),
      .init(307, "patients_exported", unit: "count", .log1p, .sum, "patients named in exports and disclosures"),
      .init(308, "break_glass", unit: "count", .log1p, .sum, "accesses that overrode a record's protection"),
      .init(309, "failures", unit: "count", .log1p, .sum, "accesses and log-ons that failed"),
      .init(
        310, "unexplained_accesses", unit: "count", .log1p, .sum,
        "accesses to patients with whose care nothing planned connects the user"),
      .init(
        311, "unexplained_patients", unit: "count", .log1p, .union,
        "different patients with whose care nothing planned connects the user"),
      .init(312, "distinct_origins", unit: "count", .log1p, .union, "different workstations used"),
      .init(313, "log_ons", unit: "count", .log1p, .sum, "log-ons to the record"),
      .init(314, "own_record", unit: "count", .log1p, .sum, "accesses to the user's own record"),
      .init(
        315, "household", unit: "count", .log1p, .sum,
        "accesses to records of people with the user's last name and address"),
      .init(316, "coworkers", unit: "count", .log1p, .sum, "accesses to records of other members of staff"),
      .init(
        317, "watched_patients", unit: "count", .log1p, .sum, "accesses to records of patients whom the policy names"),
    ], firstFeatures: 13)

  /// Who uses one patient's record in one hour, from one gateway's audit trail.
  ///
  /// Off unless the site turns it on. A window leaves only where at least `fewestAccessors` used the record, so that none
  /// says what a single person did.
  package static let recordAtEHR = FeatureSchema(
    id: 4, name: "record@ehr", entity: .record, family: .ehr,
    features: [
      .init(401, "distinct_users", unit: "count", .log1p, .union, "different users who used the record"),
      .init(402, "accesses", unit: "count", .log1p, .sum, "accesses to the record"),
      .init(
        403, "unexplained_accesses", unit: "count", .log1p, .sum,
        "accesses by users whom nothing planned connects with the patient's care"),
      .init(
        404, "unexplained_users", unit: "count", .log1p, .union,
        "different users whom nothing planned connects with the patient's care"),
      .init(
        405, "distinct_groups", unit: "count", .log1p, .union,
        "different wards, services and organisations that those users belong to, as planning says"),
      .init(406, "new_users", unit: "count", .log1p, .union, "different users who had never used the record before"),
      .init(407, "exports", unit: "count", .log1p, .sum, "exports and disclosures of the record"),
      .init(408, "break_glass", unit: "count", .log1p, .sum, "accesses that overrode the record's protection"),
      .init(
        409, "kin", unit: "count", .log1p, .sum, "accesses by the patient, the patient's household and colleagues"),
    ])

  /// Of different users of a record, below which its window stays on the gateway.
  package static let fewestAccessors = 5
}
