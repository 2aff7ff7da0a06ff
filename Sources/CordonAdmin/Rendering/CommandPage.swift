import CordonCore
import CordonPolicy
import CordonWire

/// Containment commands as a table, and one in detail.
enum CommandPage {
  static func list(_ commands: [Cordon_V1_StoredCommand], at now: Timestamp) -> Report {
    var table = Table(
      ["ID", "STATE", "AGENT", "ACTION", "LEASE ENDS", "SIGNED", "BY", "REASON"], empty: "No commands.")
    for stored in commands {
      let others = stored.approvedBy.filter { $0 != stored.proposedBy }
      let by = ([stored.proposedBy] + others).filter { !$0.isEmpty }
      table.add([
        EntityText.shortID(stored.command.id), state(stored), agent(stored), EntityText.action(stored.command.action),
        stored.outcome.leaseUntilMs == 0
          ? "-" : TimeText.relative(Timestamp(milliseconds: stored.outcome.leaseUntilMs), to: now),
        stored.outcome.reflex ? "reflex" : "\(stored.signatures) of \(stored.signaturesNeeded)",
        by.joined(separator: ", "), stored.command.reason,
      ])
    }
    return Report(text: table.rendered, json: .list(commands.map(json)))
  }

  static func page(_ stored: Cordon_V1_StoredCommand, at now: Timestamp) -> Report {
    let command = stored.command
    var sheet = FactSheet()
    sheet.add("command", EntityText.id(command.id))
    sheet.add("action", EntityText.action(command.action) + (command.mode == .dryRun ? " (dry run: no effect)" : ""))
    sheet.add("agent", agent(stored) + " (\(command.agentID))")
    sheet.add("state", state(stored))
    sheet.add("reason", command.reason)
    if command.leaseMs > 0 { sheet.add("lease", DurationText.format(.milliseconds(command.leaseMs))) }
    sheet.add("must start by", TimeText.iso(Timestamp(milliseconds: command.notAfterMs)))
    sheet.add("signatures", "\(stored.signatures) of \(stored.signaturesNeeded)")
    sheet.add("proposed by", stored.proposedBy)
    sheet.add("approved by", stored.approvedBy.joined(separator: ", "))
    var text = sheet.rendered
    if stored.hasOutcome { text += "\n" + outcome(stored.outcome) }
    if stored.signatures < stored.signaturesNeeded {
      text += "\nNext: another operator signs it with\n  cordon command approve \(EntityText.shortID(command.id))\n"
    }
    return Report(text: text, json: json(stored))
  }

  /// What became of it, with what the agent saw.
  static func outcome(_ outcome: Cordon_V1_Outcome) -> String {
    var text = "\(name(outcome.state)) at \(TimeText.iso(Timestamp(milliseconds: outcome.atMs), milliseconds: true))"
    if outcome.leaseUntilMs > 0 {
      text += ", lease until \(TimeText.iso(Timestamp(milliseconds: outcome.leaseUntilMs)))"
    }
    if !outcome.code.isEmpty { text += " [\(outcome.code)]" }
    text += "\n"
    if !outcome.message.isEmpty { text += "  \(Table.plain(outcome.message))\n" }
    text += outcome.evidence.map { "  \(Table.plain($0))\n" }.joined()
    let witness = outcome.verifiedBy
    text +=
      witness.isEmpty || witness == "self"
      ? "  self-reported: no witness probed from outside\n" : "  verified by \(witness)\n"
    return text
  }

  static func json(_ stored: Cordon_V1_StoredCommand) -> JSONValue {
    let command = stored.command
    return .fields([
      "id": .text(EntityText.id(command.id)), "state": .text(state(stored)),
      "agent": .fields(["id": .text(command.agentID), "label": .optional(stored.agentLabel)]),
      "action": EntityText.json(command.action), "dry_run": .flag(command.mode == .dryRun),
      "reason": .text(command.reason), "lease_ms": .integer(command.leaseMs),
      "not_before": .time(command.notBeforeMs), "not_after": .time(command.notAfterMs),
      "max_until": .time(command.maxUntilMs),
      "incident": command.incidentID.isEmpty ? .null : .text(EntityText.id(command.incidentID)),
      "proposed_by": .optional(stored.proposedBy), "approved_by": .list(stored.approvedBy.map { .text($0) }),
      "signatures": .integer(Int64(stored.signatures)), "signatures_needed": .integer(Int64(stored.signaturesNeeded)),
      "outcome": stored.hasOutcome ? json(stored.outcome) : .null,
    ])
  }

  private static func json(_ outcome: Cordon_V1_Outcome) -> JSONValue {
    .fields([
      "state": .text(name(outcome.state)), "at": .time(outcome.atMs), "code": .optional(outcome.code),
      "message": .optional(outcome.message), "lease_until": .time(outcome.leaseUntilMs),
      "evidence": .list(outcome.evidence.map { .text($0) }), "verified_by": .optional(outcome.verifiedBy),
      "reflex": .flag(outcome.reflex),
    ])
  }

  private static func agent(_ stored: Cordon_V1_StoredCommand) -> String {
    stored.agentLabel.isEmpty ? String(stored.command.agentID.prefix(8)) : stored.agentLabel
  }

  private static func state(_ stored: Cordon_V1_StoredCommand) -> String {
    stored.state.isEmpty && stored.hasOutcome ? name(stored.outcome.state) : stored.state
  }

  private static func name(_ state: Cordon_V1_OutcomeState) -> String {
    switch state {
    case .refused: "refused"
    case .failed: "failed"
    case .held: "held"
    case .released: "released"
    case .expired: "expired"
    case .reverted: "reverted"
    case .rehearsed: "rehearsed"
    default: "unknown"
    }
  }
}
