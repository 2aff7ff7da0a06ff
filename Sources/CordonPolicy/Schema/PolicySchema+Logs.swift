package import CordonCore

extension PolicySchema {
  /// Of other programs' logs, which a gateway reads.
  static let logs: [PolicyField] = [
    .flag(
      "sensors.windows.enabled", \.logs.windows.isEnabled, "read Windows' event logs, forwarded here as JSON lines"),
    .list(
      "sensors.windows.paths", \.logs.windows.paths, .absolutePath, most: 256,
      "files and folders that Winlogbeat, NXLog or the like writes"),
    .list(
      "sensors.windows.computers", \.logs.windowsComputers, .free(most: 253), most: 4096,
      "computers with behaviour of their own, whose names leave in clear; `*` at either end stands for anything"),
    .flag("sensors.zeek.enabled", \.logs.zeek.isEnabled, "read Zeek's logs"),
    .list(
      "sensors.zeek.paths", \.logs.zeek.paths, .absolutePath, most: 256, "files and folders of them, JSON or tables"),
    .flag("sensors.suricata.enabled", \.logs.suricata.isEnabled, "read Suricata's EVE log"),
    .list("sensors.suricata.paths", \.logs.suricata.paths, .absolutePath, most: 256, "files and folders of it"),
    .mappings(
      "mappings", \.logs.mappings, most: RecordMapping.mostMappings,
      "logs of other programs, and what their fields mean"),
  ]

  /// A text of one mapping.
  package struct MappingField: Sendable {
    package let name: String
    package let form: TextForm
    package let isRequired: Bool
    package let meaning: String
    package let place: any WritableKeyPath<RecordMapping, String> & Sendable
  }

  private static let field = TextForm.free(most: RecordMapping.mostTextBytes)

  /// The texts of a mapping; `paths`, `format`, `activities` and `failures` are read beside them.
  package static let mappingFields: [MappingField] = [
    .init(name: "name", form: .ring, isRequired: true, meaning: "what the log is called", place: \.name),
    .init(name: "time", form: field, isRequired: false, meaning: "field of when it happened", place: \.time),
    .init(name: "user", form: field, isRequired: false, meaning: "field of who did it", place: \.user),
    .init(name: "realm", form: .realm, isRequired: false, meaning: "realm of names without one", place: \.realm),
    .init(
      name: "machine", form: field, isRequired: false, meaning: "field of the machine it was done on", place: \.machine),
    .init(
      name: "address", form: field, isRequired: false, meaning: "field of where it was done from", place: \.address),
    .init(
      name: "activity", form: field, isRequired: false, meaning: "field of the word for what was done",
      place: \.activity),
    .init(name: "outcome", form: field, isRequired: false, meaning: "field of how it ended", place: \.outcome),
    .init(name: "patient", form: field, isRequired: false, meaning: "field of the patient's number", place: \.patient),
    .init(
      name: "authority", form: .free(most: 64), isRequired: false, meaning: "who gave out the patients' numbers",
      place: \.authority),
    .init(
      name: "object", form: field, isRequired: false, meaning: "field of the file, program or peer's address",
      place: \.object),
    .init(name: "port", form: field, isRequired: false, meaning: "field of the peer's port", place: \.port),
    .init(
      name: "until", form: field, isRequired: false, meaning: "field of when a care ends", place: \.planning.until),
    .init(
      name: "group", form: field, isRequired: false, meaning: "field of the ward, team or role", place: \.planning.group
    ),
    .init(
      name: "family_name", form: field, isRequired: false, meaning: "field of the last name",
      place: \.planning.familyName),
    .init(
      name: "given_name", form: field, isRequired: false, meaning: "field of the first name",
      place: \.planning.givenName),
    .init(
      name: "birth_date", form: field, isRequired: false, meaning: "field of the day of birth",
      place: \.planning.birthDate),
    .init(
      name: "street", form: field, isRequired: false, meaning: "field of street and number", place: \.planning.street),
    .init(
      name: "postal_code", form: field, isRequired: false, meaning: "field of the postal code",
      place: \.planning.postalCode),
  ]
}
