/// The 18 identifiers of HIPAA's Safe Harbor method, 45 CFR 164.514(b)(2)(i), and what Cordon does with each.
///
/// Event times stay, so what leaves an agent is pseudonymised (a limited data set at best), never de-identified.
package enum SafeHarborIdentifier: String, Sendable, CaseIterable {
  case names
  case geographicSubdivisions
  case dates
  case telephoneNumbers
  case faxNumbers
  case emailAddresses
  case socialSecurityNumbers
  case medicalRecordNumbers
  case healthPlanBeneficiaryNumbers
  case accountNumbers
  case certificateAndLicenceNumbers
  case vehicleIdentifiers
  case deviceIdentifiers
  case webAddresses
  case networkAddresses
  case biometricIdentifiers
  case fullFacePhotographs
  case otherUniqueIdentifiers

  /// What leaves the agent.
  package enum Treatment: String, Sendable {
    /// A keyed pseudonym; in detections also the sealed name.
    case pseudonym
    /// The site's own label, in clear.
    case label
    /// The moment of a machine's event, to the millisecond; no other date.
    case eventTimeOnly
    /// Nothing: no sensor reads it, or what it reads never leaves.
    case never
  }

  package var treatment: Treatment {
    switch self {
    case .names, .medicalRecordNumbers, .emailAddresses, .networkAddresses, .accountNumbers: .pseudonym
    case .deviceIdentifiers: .label
    case .dates: .eventTimeOnly
    case .geographicSubdivisions, .telephoneNumbers, .faxNumbers, .socialSecurityNumbers,
      .healthPlanBeneficiaryNumbers, .certificateAndLicenceNumbers, .vehicleIdentifiers, .webAddresses,
      .biometricIdentifiers, .fullFacePhotographs, .otherUniqueIdentifiers:
      .never
    }
  }

  /// One line for the documentation and for auditors.
  package var handling: String {
    switch self {
    case .names: "A user's account name becomes a pseudonym; a patient's name is never read."
    case .geographicSubdivisions: "Never read; a clinical area is a label of a machine, not of a person."
    case .dates: "Times of machines' events only; birth, admission and death dates are never read."
    case .telephoneNumbers, .faxNumbers: "Never read."
    case .emailAddresses: "Only as an account name (ann@dom), which becomes a pseudonym."
    case .socialSecurityNumbers: "Never read; a site that uses them as patient ids gets pseudonyms under K_patient."
    case .medicalRecordNumbers: "Pseudonym under K_patient, which only gateways hold."
    case .healthPlanBeneficiaryNumbers: "Never read."
    case .accountNumbers: "Computer accounts become pseudonyms; billing accounts are never read."
    case .certificateAndLicenceNumbers: "Never read; Cordon's own certificates name agents, not people."
    case .vehicleIdentifiers: "Never read."
    case .deviceIdentifiers: "The site's label of a device, in clear; serial numbers are never read."
    case .webAddresses: "Never read."
    case .networkAddresses: "Pseudonym under K_staff; sealed in detections."
    case .biometricIdentifiers, .fullFacePhotographs: "Never read; image payloads stay where they are."
    case .otherUniqueIdentifiers: "File paths under the agent's own key; free text, payloads and results never."
    }
  }
}
