package import CordonCore

/// What goes wrong in the made-up hospital.
package enum AttackKind: String, Hashable, Sendable, CaseIterable, Codable {
  /// A nurse opens records of patients who are not hers.
  case snooping
  /// Somebody outside uses a physician's account at night, and looks around.
  case stolenCredentials = "stolen-credentials"
  /// Somebody in administration carries data out, a little at a time.
  case slowExfiltration = "slow-exfiltration"
  /// People of other wards look at the record of somebody whom everybody knows.
  case famousPatient = "vip-snooping"
  /// Somebody looks at the records of those who live with them.
  case neighbourSnooping = "neighbour-snooping"
  /// Somebody looks at colleagues' records.
  case coworkerSnooping = "coworker-snooping"
  /// A nurse opens a few records that are not hers in every shift.
  case slowHarvest = "slow-harvest"
  /// A physician exports many records at once.
  case insiderExport = "insider-export"
  /// A program encrypts a workstation's documents.
  case ransomware
  /// An administrator's account goes from one machine to a dozen others.
  case lateralMovement = "lateral-movement"
  /// A workstation orders pumps about.
  case pumpTampering = "pump-tampering"
  /// A workstation has the archive send it a hundred studies.
  case imageRetrieval = "dicom-retrieval"
  /// A workstation says to be a monitor.
  case clinicalInjection = "hl7-injection"
  /// A modality calls a server outside, over and over.
  case beaconing
  /// Somebody switches auditing off and empties a log.
  case logTampering = "log-tampering"

  /// What is asked for unless something else is: behaviour on hosts and in records, and no tripwire's business.
  package static let usual: [AttackKind] = [.snooping, .stolenCredentials, .slowExfiltration]

  /// In MITRE ATT&CK; of the matrix for industrial control where it has the better word.
  package var technique: String {
    switch self {
    case .snooping, .famousPatient, .neighbourSnooping, .coworkerSnooping, .slowHarvest: "T1213"
    case .stolenCredentials: "T1078"
    case .slowExfiltration: "T1048"
    case .insiderExport: "T1005"
    case .ransomware: "T1486"
    case .lateralMovement: "T1021.004"
    case .pumpTampering: "T0855"
    case .imageRetrieval: "T1119"
    case .clinicalInjection: "T1565.002"
    case .beaconing: "T1071.001"
    case .logTampering: "T1070.002"
    }
  }

  /// Whether it shows on machines, and not in the EHR's trail and its connections or on the network alone.
  package var touchesHosts: Bool {
    switch self {
    case .stolenCredentials, .slowExfiltration, .insiderExport, .ransomware, .lateralMovement, .logTampering: true
    default: false
    }
  }

  /// Whether it shows in captures of the network.
  package var isOnWire: Bool {
    switch self {
    case .pumpTampering, .imageRetrieval, .clinicalInjection, .beaconing: true
    default: false
    }
  }

  /// From names with commas between, `all` or `none`; throws where a name is no attack's.
  package static func list(_ text: String) throws(CordonError) -> [AttackKind] {
    if text == "none" { return [] }
    if text == "all" { return allCases }
    var kinds: [AttackKind] = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let kind = AttackKind(rawValue: String(name)) else {
        throw CordonError(
          .invalid, "range-attack", "There is no attack `\(name)`.",
          remedy: "Choose from \(allCases.map(\.rawValue).joined(separator: ", ")), or all or none.")
      }
      kinds.append(kind)
    }
    return kinds
  }
}
