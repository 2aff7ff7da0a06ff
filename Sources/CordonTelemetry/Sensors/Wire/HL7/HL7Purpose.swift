/// Messages that mean more than an exchange of records, by type and trigger, each with the profile that says so.
enum HL7Purpose {
  /// Orders that a device carries out, not only people.
  private static let controls: Set<String> = [
    // IHE PCD-03, Communicate Infusion Order (Point-of-care Infusion Verification): programs an infusion pump.
    "RGV^O15",
    // HL7 v2 chapter 4A, pharmacy encoded order and refill: what pump gateways and dispensing cabinets act on; the
    // older trigger is that of v2.3.
    "RDE^O11", "RDE^O25", "RDE^O01",
    // IHE PaLM LAB-28 (Laboratory Analytical Workflow, AWOS broadcast) and LAB-21 (work order step download): tell an
    // analyser what to measure.
    "OML^O33", "OML^O34", "OML^O35",
    // HL7 v2 chapter 13, laboratory automation: equipment command, and settings of a test on the equipment.
    "EAC^U07", "TCU^U10",
  ]

  /// Alarms and what becomes of them.
  private static let alerts: Set<String> = [
    // IHE PCD-04, Report Alert, and PCD-05, Report Alert Status (Alert Communication Management).
    "ORU^R40", "ORA^R41",
    // IHE PCD-10, Communicate Infusion Event Data.
    "ORU^R42",
    // HL7 v2 chapter 13, equipment notification.
    "EAN^U09",
  ]

  static func isControl(type: String, trigger: String) -> Bool { controls.contains("\(type)^\(trigger)") }

  static func isAlert(type: String, trigger: String) -> Bool { alerts.contains("\(type)^\(trigger)") }
}
