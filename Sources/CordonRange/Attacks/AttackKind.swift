package import CordonCore

/// What goes wrong in the made-up hospital.
package enum AttackKind: String, Hashable, Sendable, CaseIterable, Codable {
  /// A nurse opens records of patients who are not hers.
  case snooping
  /// Somebody outside uses a physician's account at night, and looks around.
  case stolenCredentials = "stolen-credentials"
  /// Somebody in administration carries data out, a little at a time.
  case slowExfiltration = "slow-exfiltration"

  /// In MITRE ATT&CK.
  package var technique: String {
    switch self {
    case .snooping: "T1213"
    case .stolenCredentials: "T1078"
    case .slowExfiltration: "T1048"
    }
  }

  /// Whether it shows on machines, and not in the EHR's trail and its connections alone.
  package var touchesHosts: Bool { self != .snooping }

  /// From names with commas between, or `none`; throws where a name is no attack's.
  package static func list(_ text: String) throws(CordonError) -> [AttackKind] {
    if text == "none" { return [] }
    var kinds: [AttackKind] = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let kind = AttackKind(rawValue: String(name)) else {
        throw CordonError(
          .invalid, "range-attack", "There is no attack `\(name)`.",
          remedy: "Choose from \(allCases.map(\.rawValue).joined(separator: ", ")), or none.")
      }
      kinds.append(kind)
    }
    return kinds
  }
}
