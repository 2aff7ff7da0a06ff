import CordonCore

/// One event of an audit trail in the words that FHIR's AuditEvent and DICOM's audit message share; FHIR took them over.
///
/// Both readers fill it; `EHRInterpreter` alone says what it means.
struct TrailEvent {
  /// Codes of one kind that are looked at.
  static let codeLimit = 16
  static let agentLimit = 16

  /// Who or what took part.
  struct Agent {
    /// As the source names the person or program; empty: not at all.
    var account = ""
    /// Other names: references and identifiers.
    var aliases: [String] = []
    /// Set off the event.
    var isRequestor = false
    /// By its type, a role of a program in an exchange, not a person.
    var isProgram = false
    /// Where from: an address or a machine's name.
    var address = ""
  }

  var time: Timestamp?
  /// C, R, U, D or E; nil where it is not said.
  var action: UInt8?
  /// Codes of what happened, from the most general to the most special.
  var codes: [String] = []
  /// Why it happened.
  var purposes: [String] = []
  var outcome = ActivityOutcome.success
  var agents: [Agent] = []
  var patients: [RawPatient] = []
  var omittedPatients = 0
  /// Holds a query for records.
  var isQuery = false
  /// Something was copied out, disclosed or reported, by the life cycle of what took part.
  var isExport = false

  mutating func add(code: String) {
    if codes.count < Self.codeLimit { codes.append(code) }
  }

  mutating func add(purpose: String) {
    if purposes.count < Self.codeLimit { purposes.append(purpose) }
  }

  mutating func add(_ agent: Agent) {
    if agents.count < Self.agentLimit { agents.append(agent) }
  }

  /// Adds a patient once; those past the limit are counted.
  mutating func add(_ patient: RawPatient) {
    guard !patients.contains(patient) else { return }
    if patients.count < EHRAccess.patientLimit { patients.append(patient) } else { omittedPatients += 1 }
  }

  /// Takes the outcome as DICOM counts it: 0 is success, 4, 8 and 12 ever worse failures; or as an issue's severity.
  mutating func take(outcome code: String) {
    switch code {
    case "0", "success", "information", "warning": outcome = .success
    case "4", "8", "12", "error", "fatal": outcome = .failure
    default: outcome = .unknown
    }
  }

  /// Takes the life cycle of an object: 10 is an export, 11 a disclosure.
  mutating func take(lifeCycle code: String) {
    if code == "10" || code == "11" || code == "disclosure" || code == "transmit" { isExport = true }
  }
}
