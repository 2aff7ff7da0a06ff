import CordonCore
import CordonStore
import Logging

/// What an outcome changes about a command.
struct CommandChange: Sendable {
  var record: CommandRecord
  var consequences: Consequences
  /// For the timeline.
  var text: String

  /// Nil where the outcome tells nothing new, or is of a command that its agent was never given.
  static func of(
    _ stored: StoredOutcome, in context: CollectorContext, witnesses: Witnesses
  ) async throws -> CommandChange? {
    let agent = stored.key.agent
    let outcome = stored.outcome
    guard var record = try await context.store.command(outcome.commandID) else {
      return try await reflex(stored, in: context)
    }
    guard record.command.agentID == agent else {
      if witnesses.isWitness(stored, of: record) { return witnesses.change(record, by: stored) }
      context.logger.warning(
        "outcome of another agent's command ignored",
        metadata: ["agent": "\(agent)", "command": "\(outcome.commandID)"])
      return nil
    }
    guard let next = CommandState(rawValue: record.state)?.after(outcome.state) else { return nil }
    record.state = next.rawValue
    // A renewed lease takes nothing back of what a witness saw.
    let known = record.outcome
    record.outcome = outcome
    if next == .held, let known, known.state == .held, known.verifiedBy != "self" {
      record.outcome?.verifiedBy = known.verifiedBy
      record.outcome?.evidence += known.evidence.filter { $0.hasPrefix("witness: ") }
    }
    record.updatedAt = context.now
    return CommandChange(
      record: record,
      consequences: Consequences(ledger: [
        ledger(outcome, agent, record.isReflex ? .reflexOutcome : .commandOutcome, context)
      ]),
      text: text(of: record.command.action, outcome))
  }

  /// The agent acted by itself: the command becomes known by its outcome.
  private static func reflex(_ stored: StoredOutcome, in context: CollectorContext) async throws -> CommandChange? {
    let agent = stored.key.agent
    let outcome = stored.outcome
    guard outcome.isReflex, let action = outcome.action else {
      context.logger.warning(
        "outcome of an unknown command ignored", metadata: ["agent": "\(agent)", "command": "\(outcome.commandID)"])
      return nil
    }
    var incident: UniqueID?
    if let id = outcome.detectionID, let detection = try await context.store.detection(id), detection.agent == agent {
      incident = detection.incident
    }
    let until = outcome.leaseUntil ?? outcome.at
    let command = Command(
      id: outcome.commandID, agentID: agent, action: action, notBefore: outcome.at, notAfter: until,
      lease: action.name.isReversible ? max(.milliseconds(1), until.since(outcome.at)) : .zero, maxUntil: until,
      reason: "The agent acted by reflex on its own detection.", incidentID: incident)
    let record = CommandRecord(
      command: command, state: CommandState(outcome.state).rawValue, proposedBy: "agent/\(agent)",
      proposedAt: outcome.at, signatures: 0, signaturesNeeded: 0, isReflex: true, updatedAt: context.now,
      outcome: outcome)
    return CommandChange(
      record: record,
      consequences: Consequences(ledger: [ledger(outcome, agent, .reflexOutcome, context)]),
      text: "By reflex: " + text(of: action, outcome))
  }

  private static func ledger(
    _ outcome: Outcome, _ agent: AgentID, _ kind: LedgerRecord.Kind, _ context: CollectorContext
  ) -> LedgerRecord {
    var details = [
      "state": "\(outcome.state)", "outcome_at_ms": "\(outcome.at.milliseconds)", "verified_by": outcome.verifiedBy,
    ]
    if !outcome.code.isEmpty { details["code"] = outcome.code }
    if let action = outcome.action { details["action"] = action.name.rawValue }
    for (index, line) in outcome.evidence.prefix(mostEvidence).enumerated() { details["evidence_\(index)"] = line }
    return context.record(kind, by: "agent/\(agent)", on: "command/\(outcome.commandID)", details)
  }

  private static let mostEvidence = 16

  private static func text(of action: Action, _ outcome: Outcome) -> String {
    let words = "\(action.name.rawValue): \(outcome.state)"
    let why = outcome.message.isEmpty ? "" : " – \(outcome.message)"
    let proof = outcome.evidence.first.map { " (\($0); seen by \(outcome.verifiedBy))" } ?? ""
    return words + why + proof
  }
}
