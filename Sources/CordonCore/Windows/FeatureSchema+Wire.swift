// Ids are permanent: a feature that changes its meaning gets a new id, and the old one is never used again.

extension FeatureSchema {
  /// What one device does on the network in one window, as the gateway that sees its packets tells it.
  ///
  /// A device counts what it sent and what came to it. Clinical messages count for who said them.
  package static let deviceAtWire = FeatureSchema(
    id: 5, name: "device@wire", entity: .device, family: .wire, features: flows(from: 501) + hl7 + dicom)

  /// What one machine itself does on the network in one window.
  package static let hostAtWire = FeatureSchema(
    id: 6, name: "host@wire", entity: .host, family: .wire, features: flows(from: 601))

  /// The same of a device and of a machine.
  private static func flows(from id: UInt32) -> [FeatureDefinition] {
    [
      .init(id, "bytes_sent", unit: "bytes", .log1p, .sum, "bytes sent"),
      .init(id + 1, "bytes_received", unit: "bytes", .log1p, .sum, "bytes received"),
      .init(id + 2, "connections_opened", unit: "count", .log1p, .sum, "connections and exchanges that it began"),
      .init(id + 3, "connections_taken", unit: "count", .log1p, .sum, "connections and exchanges that others began"),
      .init(id + 4, "failed_connections", unit: "count", .log1p, .sum, "of those that it began, refused or unanswered"),
      .init(id + 5, "distinct_peers", unit: "count", .log1p, .union, "different addresses that it spoke with"),
      .init(
        id + 6, "new_peers", unit: "count", .log1p, .union,
        "different addresses that it had not spoken with before, as far as the agent remembers"),
      .init(id + 7, "distinct_ports", unit: "count", .log1p, .union, "different ports that it tried"),
      .init(
        id + 8, "external_bytes_sent", unit: "bytes", .log1p, .sum,
        "bytes sent to addresses outside the site's networks"),
      .init(
        id + 9, "beacon_score_most", unit: "share", .identity, .max,
        "regularity, 0 to 1, of the times at which it opened connections to the one peer where that is highest"),
      .init(id + 10, "names_asked", unit: "count", .log1p, .sum, "questions for names"),
      .init(id + 11, "names_missing", unit: "count", .log1p, .sum, "answers that a name does not exist"),
      .init(id + 12, "distinct_names", unit: "count", .log1p, .union, "different names asked for"),
      .init(
        id + 13, "name_entropy_most", unit: "bits a character", .identity, .max,
        "highest entropy of the letters of a label of a name asked for"),
      .init(id + 14, "weak_handshakes", unit: "count", .log1p, .sum, "connections with TLS below 1.2"),
    ]
  }

  private static let hl7: [FeatureDefinition] = [
    .init(521, "hl7_messages", unit: "count", .log1p, .sum, "HL7 messages sent"),
    .init(522, "hl7_message_types", unit: "count", .log1p, .union, "different types and triggers of HL7 messages sent"),
    .init(523, "hl7_refusals", unit: "count", .log1p, .sum, "HL7 messages sent that were answered with an error"),
    .init(524, "hl7_malformed", unit: "count", .log1p, .sum, "frames sent that are no HL7 message"),
    .init(525, "hl7_control_orders", unit: "count", .log1p, .sum, "HL7 messages sent that order a device to act"),
    .init(
      526, "hl7_results_outside", unit: "count", .log1p, .sum,
      "numbers sent in HL7 that lie outside what the device has measured before"),
    .init(527, "hl7_alerts", unit: "count", .log1p, .sum, "alarms that it raised or changed"),
    .init(
      528, "hl7_stray_answers", unit: "count", .log1p, .sum, "HL7 acknowledgements sent of no message that was seen"),
    .init(
      529, "hl7_patients", unit: "count", .log1p, .union,
      "different patients in HL7 messages sent; counted on gateways alone"),
  ]

  private static let dicom: [FeatureDefinition] = [
    .init(541, "dicom_associations", unit: "count", .log1p, .sum, "DICOM associations asked for"),
    .init(542, "dicom_refusals", unit: "count", .log1p, .sum, "DICOM associations that were rejected or aborted"),
    .init(543, "dicom_stores", unit: "count", .log1p, .sum, "DICOM objects sent to be stored"),
    .init(544, "dicom_finds", unit: "count", .log1p, .sum, "DICOM queries"),
    .init(545, "dicom_retrievals", unit: "count", .log1p, .sum, "DICOM retrievals: moves and gets"),
    .init(
      546, "dicom_destinations", unit: "count", .log1p, .union,
      "different application titles that moves were to send to"),
    .init(
      547, "dicom_new_titles", unit: "count", .log1p, .union,
      "different application titles used that it had not used before, as far as the agent remembers"),
    .init(548, "dicom_data_bytes", unit: "bytes", .log1p, .sum, "bytes of DICOM data sets sent"),
    .init(549, "dicom_failures", unit: "count", .log1p, .sum, "DICOM commands that it answered with a failure"),
  ]
}
