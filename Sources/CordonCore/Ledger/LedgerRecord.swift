/// One decision as the ledger keeps it: who did what to what, when; canonical JSON.
package struct LedgerRecord: Hashable, Sendable {
  /// What was decided; raw values are permanent.
  package enum Kind: String, Sendable, CaseIterable {
    case collectorStarted = "collector-started"
    case login
    case tokenCreated = "token-created"
    case tokenRevoked = "token-revoked"
    case agentEnrolled = "agent-enrolled"
    case agentRenewed = "agent-renewed"
    case agentReturned = "agent-returned"
    case agentRevoked = "agent-revoked"
    case agentQuarantined = "agent-quarantined"
    case operatorAdded = "operator-added"
    case operatorRevoked = "operator-revoked"
    case rosterSubmitted = "roster-submitted"
    case trustSubmitted = "trust-submitted"
    case policyApplied = "policy-applied"
    case detectionStored = "detection-stored"
    case detectionLabelled = "detection-labelled"
    case incidentOpened = "incident-opened"
    case incidentClosed = "incident-closed"
    case commandProposed = "command-proposed"
    case commandApproved = "command-approved"
    case commandOrdered = "command-ordered"
    case commandReleased = "command-released"
    case commandRenewed = "command-renewed"
    case commandWitnessed = "command-witnessed"
    case commandOutcome = "command-outcome"
    case reflexOutcome = "reflex-outcome"
    case modelTrained = "model-trained"
    case modelPromoted = "model-promoted"
    case modelAdvanced = "model-advanced"
    case modelHalted = "model-halted"
    case modelRolledBack = "model-rolled-back"
    case unseal
    case keysRotated = "keys-rotated"
    case recordErased = "record-erased"
    case ledgerExported = "ledger-exported"
  }

  package var kind: Kind
  package var at: Timestamp
  /// Who decided: `operator/ann`, `agent/3f…`, `collector/c1`.
  package var actor: String
  /// What it was done to: an id or a name.
  package var subject: String
  /// Sorted by key when written; never a name that is not clear.
  package var details: [String: String]

  package init(_ kind: Kind, at: Timestamp, actor: String, subject: String, details: [String: String] = [:]) {
    self.kind = kind
    self.at = at
    self.actor = actor
    self.subject = subject
    self.details = details
  }

  /// Scalars of a text beyond which it is cut: a record holds what was decided, not what came with it.
  package static let longestText = 4_096
  /// Details kept, in the order of their keys; those beyond are left out.
  package static let mostDetails = 64

  /// JSON with keys in a fixed order, without white space: the same decision is always the same bytes.
  package var canonicalBytes: [UInt8] {
    var text: [UInt8] = []
    text.append(contentsOf: "{\"kind\":".utf8)
    Self.append(kind.rawValue, to: &text)
    text.append(contentsOf: ",\"at_ms\":\(at.milliseconds),\"actor\":".utf8)
    Self.append(actor, to: &text)
    text.append(contentsOf: ",\"subject\":".utf8)
    Self.append(subject, to: &text)
    if !details.isEmpty {
      text.append(contentsOf: ",\"details\":{".utf8)
      for (index, key) in details.keys.sorted().prefix(Self.mostDetails).enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        Self.append(key, to: &text)
        text.append(UInt8(ascii: ":"))
        Self.append(details[key] ?? "", to: &text)
      }
      text.append(UInt8(ascii: "}"))
    }
    text.append(UInt8(ascii: "}"))
    return text
  }

  private static func append(_ string: String, to text: inout [UInt8]) {
    text.append(UInt8(ascii: "\""))
    for scalar in string.unicodeScalars.prefix(longestText) {
      switch scalar {
      case "\"": text.append(contentsOf: "\\\"".utf8)
      case "\\": text.append(contentsOf: "\\\\".utf8)
      case "\n": text.append(contentsOf: "\\n".utf8)
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        text.append(contentsOf: "\\u00".utf8)
        text.append(contentsOf: Hex.encode([UInt8(scalar.value)]).utf8)
      default: text.append(contentsOf: String(scalar).utf8)
      }
    }
    text.append(UInt8(ascii: "\""))
  }
}
