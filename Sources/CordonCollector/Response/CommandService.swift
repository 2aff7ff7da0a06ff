package import CordonCore
import CordonStore
package import CordonTrust
import Logging

/// A command with the name of its machine.
package struct CommandView: Sendable {
  package var record: CommandRecord
  package var agentLabel: String
}

/// Orders that people give: proposed by one, approved by as many as the target needs, released.
///
/// Commands are made and signed on operators' machines; the collector keeps the envelope until enough have signed, and
/// can change nothing in it.
package struct CommandService: Sendable {
  let context: CollectorContext
  let authority: AuthorityBook
  let hub: UplinkHub

  package init(context: CollectorContext, authority: AuthorityBook, hub: UplinkHub) {
    self.context = context
    self.authority = authority
    self.hub = hub
  }

  /// Takes a signed command up; where its signatures suffice already, it goes out at once.
  ///
  /// Codes: those of `CommandJudge`, `agent-unknown`, `agent-revoked`, `standing-forged`, `command-exists`.
  package func propose(_ envelope: Envelope, by operatorName: OperatorName) async throws -> CommandView {
    let now = context.now
    let (agent, judgement) = try await judge(envelope, at: now)
    let command = judgement.command
    let bytes = try envelope.serialized()
    let record = CommandRecord(
      command: command, state: (judgement.isEnough ? CommandState.ordered : .proposed).rawValue, envelope: bytes,
      proposedBy: operatorName.text, proposedAt: now, approvedBy: judgement.signers,
      signatures: UInt32(clamping: judgement.have), signaturesNeeded: UInt32(clamping: judgement.needed),
      updatedAt: now)
    var consequences = Consequences(ledger: [
      context.record(
        .commandProposed, by: operatorName.actor, on: "command/\(command.id)",
        [
          "agent": "\(agent.id)", "action": command.action.name.rawValue, "reason": command.reason,
          "mode": "\(command.mode)", "signed_by": judgement.signers.joined(separator: ","),
        ])
    ])
    try await note(record, judgement, envelope: bytes, in: &consequences, by: operatorName)
    let saved = try await context.store.saveCommand(record, at: now, consequences)
    if judgement.isEnough { hub.wake([agent.id]) }
    return CommandView(record: saved, agentLabel: agent.label)
  }

  /// Adds a person's signature; with enough of them the command goes out.
  ///
  /// Codes: those of `CommandJudge`, `command-unknown`, `command-state`, `already-signed`, `command-changed`.
  package func approve(
    _ id: UniqueID, _ signature: EnvelopeSignature, by operatorName: OperatorName
  ) async throws -> CommandView {
    let now = context.now
    var record = try await require(id)
    guard record.state == CommandState.proposed.rawValue else {
      throw CordonError(
        .conflict, "command-state", "The command is \(record.state); only a proposed one can be approved.")
    }
    var envelope = try Envelope(serialized: record.envelope)
    guard !envelope.signatures.contains(where: { $0.keyID == signature.keyID }) else {
      throw CordonError(.conflict, "already-signed", "This key has signed the command already.")
    }
    envelope.signatures.append(signature)
    let (agent, judgement) = try await judge(envelope, at: now)
    record.envelope = try envelope.serialized()
    record.state = (judgement.isEnough ? CommandState.ordered : .proposed).rawValue
    record.approvedBy = judgement.signers
    record.signatures = UInt32(clamping: judgement.have)
    record.updatedAt = now
    var consequences = Consequences(ledger: [
      context.record(
        .commandApproved, by: operatorName.actor, on: "command/\(id)",
        ["signed_by": judgement.signers.joined(separator: ","), "have": "\(judgement.have)"])
    ])
    try await note(record, judgement, envelope: record.envelope, in: &consequences, by: operatorName)
    let saved = try await context.store.saveCommand(record, at: now, consequences)
    if judgement.isEnough { hub.wake([agent.id]) }
    return CommandView(record: saved, agentLabel: agent.label)
  }

  /// Sends a signed release of a reversible command to its agent; any one person who may order may release.
  ///
  /// Codes: those of the verifier, `role`, `command-unknown`, `release-target`, `not-reversible`, `command-state`.
  package func release(_ envelope: Envelope, by operatorName: OperatorName) async throws -> CommandView {
    let now = context.now
    let verified = try authority.verifier.verify(envelope, at: now)
    let release = try verified.decode(CommandRelease.self)
    guard !verified.roles.isDisjoint(with: AuthorityAct.containClinical.eligibleRoles) else {
      throw CordonError(.denied, "role", "Nobody who signed this may release a containment.")
    }
    let record = try await require(release.commandID)
    guard record.command.agentID == release.agentID else {
      throw CordonError(.invalid, "release-target", "The release names another agent than the command.")
    }
    guard record.command.action.name.isReversible else {
      throw CordonError(.conflict, "not-reversible", "\(record.command.action.name.rawValue) cannot be undone.")
    }
    guard let state = CommandState(rawValue: record.state), state == .held || state == .ordered else {
      throw CordonError(.conflict, "command-state", "The command is \(record.state): there is nothing to release.")
    }
    var timeline: [TimelineEntry] = []
    if let incident = record.command.incidentID, try await context.store.incident(incident) != nil {
      timeline.append(
        TimelineEntry(
          incident: incident, at: now, kind: "release-ordered",
          text: "\(operatorName.text) released \(record.command.action.name.rawValue): \(release.reason)"))
    }
    try await context.store.decide(
      Consequences(
        ledger: [
          context.record(
            .commandReleased, by: operatorName.actor, on: "command/\(release.commandID)", ["reason": release.reason])
        ],
        outbound: [
          OutboundDraft(
            to: .agent(release.agentID), type: envelope.type.rawValue, envelope: try envelope.serialized())
        ], timeline: timeline), at: now)
    hub.wake([release.agentID])
    return CommandView(record: record, agentLabel: try await context.store.agent(release.agentID)?.label ?? "")
  }

  /// Proposed last first.
  package func list(most: Int) async throws -> [CommandView] {
    let labels = try await context.labels()
    return try await context.store.commands(most: CaseBook.bounded(most)).map {
      CommandView(record: $0, agentLabel: labels[$0.command.agentID] ?? "")
    }
  }

  /// What a command would do, and how many must sign it; nothing is stored. Code: `agent-unknown`.
  package func preview(_ command: Command) async throws -> (preview: CommandPreview, signaturesNeeded: Int) {
    guard let agent = try await context.store.agent(command.agentID) else {
      throw FleetService.unknown(command.agentID)
    }
    let policy = authority.policy(of: agent.group)
    let criticality = ContainmentRule.criticality(of: agent.label, in: policy)
    let act: AuthorityAct = ContainmentRule.isClinical(criticality) ? .containClinical : .contain
    let preview = CommandPreview(
      of: command, label: agent.label, criticality: criticality, isConnected: hub.connected.contains(agent.id),
      policy: policy, policySerial: agent.policySerial)
    return (preview, authority.roster.threshold(for: act))
  }

  // MARK: Private

  private func judge(
    _ envelope: Envelope, at now: Timestamp
  ) async throws -> (AgentRecord, CommandJudge.Judgement) {
    // The policy is its agent's, which is known only once the command is open.
    let opened = try CommandJudge(verifier: authority.verifier, policy: .observeOnly).open(envelope, at: now)
    guard let agent = try await context.store.agent(opened.command.agentID) else {
      throw FleetService.unknown(opened.command.agentID)
    }
    guard agent.state == .enrolled else {
      throw CordonError(.conflict, "agent-\(agent.state.rawValue)", "The agent \(agent.label) is \(agent.state).")
    }
    guard !opened.verified.isStanding else {
      throw CordonError(
        .denied, "standing-forged", "An operator cannot give a standing order.",
        remedy: "Sign the command with an operator's own key.")
    }
    let judge = CommandJudge(verifier: authority.verifier, policy: authority.policy(of: agent.group))
    return (agent, try judge.judge(opened.verified, opened.command, label: agent.label))
  }

  func require(_ id: UniqueID) async throws -> CommandRecord {
    guard let record = try await context.store.command(id) else {
      throw CordonError(
        .missing, "command-unknown", "There is no command \(id).", remedy: "cordon command list shows them.")
    }
    return record
  }

  /// What a proposal or approval adds to ledger, outbound and timeline.
  private func note(
    _ record: CommandRecord, _ judgement: CommandJudge.Judgement, envelope: [UInt8],
    in consequences: inout Consequences, by operatorName: OperatorName
  ) async throws {
    let command = record.command
    if judgement.isEnough {
      consequences.outbound.append(
        OutboundDraft(to: .agent(command.agentID), type: EnvelopeType.command.rawValue, envelope: envelope))
      consequences.ledger.append(
        context.record(
          .commandOrdered, by: operatorName.actor, on: "command/\(command.id)",
          ["authority": judgement.act.name, "signed_by": judgement.signers.joined(separator: ",")]))
    }
    guard let incident = command.incidentID, try await context.store.incident(incident) != nil else { return }
    let what = "\(command.action.name.rawValue) \(judgement.isEnough ? "ordered" : "proposed")"
    consequences.timeline.append(
      TimelineEntry(
        incident: incident, at: context.now, kind: "command-\(record.state)",
        text: "\(what) by \(judgement.signers.joined(separator: ", ")) (\(judgement.have) of \(judgement.needed))"))
  }
}
