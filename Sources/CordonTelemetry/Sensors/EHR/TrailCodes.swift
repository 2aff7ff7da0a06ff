/// Codes of audit events that change what an event counts as: DICOM PS3.16 CID 400 and 401, IHE's transactions, FHIR's
/// interactions, HL7's reasons.
enum TrailCodes {
  static let exports: Set<String> = [
    // Export; bulk export of FHIR, by the names that servers give it.
    "110106", "export", "$export", "bulk-export",
  ]

  static let searches: Set<String> = [
    // Query; FHIR's searches.
    "110112", "search", "search-type", "search-system", "search-compartment",
  ]

  static let reads: Set<String> = ["read", "vread", "history", "history-instance", "view"]

  static let changes: Set<String> = ["create", "update", "patch", "delete", "delete-conditional-single"]

  /// User Authentication, Login; Logout is no sign of anything.
  static let logOns: Set<String> = ["110122", "login"]
  static let logOffs: Set<String> = ["110123", "logout"]

  /// Emergency Override Started; break the glass; emergency access as the Swiss patient record names it.
  static let overrides: Set<String> = ["110127", "BTG", "EMER"]

  /// Roles of programs in an exchange: application, launcher, destination, source, destination and source media.
  static let programs: Set<String> = ["110150", "110151", "110152", "110153", "110154", "110155"]
}
