import CordonCore
import CordonStore
package import CordonTrust

extension CommandService {
  /// Sends a signed renewal of a held command's lease to its agent, within the command's own end.
  ///
  /// It takes as many signatures as ordering the command would: who may not hold a target may not hold it longer.
  /// Codes: those of the verifier, `threshold`, `standing-forged`, `command-unknown`, `renewal-target`,
  /// `not-reversible`, `command-state`, `lease`.
  package func renew(_ envelope: Envelope, by operatorName: OperatorName) async throws -> CommandView {
    let now = context.now
    let verified = try authority.verifier.verify(envelope, at: now)
    let renewal = try verified.decode(LeaseRenewal.self)
    let record = try await require(renewal.commandID)
    try check(renewal, of: record, at: now)
    guard let agent = try await context.store.agent(renewal.agentID) else {
      throw FleetService.unknown(renewal.agentID)
    }
    guard !verified.isStanding else {
      throw CordonError(
        .denied, "standing-forged", "An operator cannot give a standing order.",
        remedy: "Sign the renewal with an operator's own key.")
    }
    let policy = authority.policy(of: agent.group)
    let isClinical = ContainmentRule.isClinical(ContainmentRule.criticality(of: agent.label, in: policy))
    try verified.require(isClinical ? .containClinical : .contain)
    var timeline: [TimelineEntry] = []
    if let incident = record.command.incidentID, try await context.store.incident(incident) != nil {
      timeline.append(
        TimelineEntry(
          incident: incident, at: now, kind: "renewal-ordered",
          text: "\(operatorName.text) renewed the lease of \(record.command.action.name.rawValue)"))
    }
    try await context.store.decide(
      Consequences(
        ledger: [
          context.record(
            .commandRenewed, by: operatorName.actor, on: "command/\(renewal.commandID)",
            [
              "until_ms": "\(renewal.until.milliseconds)",
              "signed_by": verified.signers.map(\.holder).sorted().joined(separator: ","),
            ])
        ],
        outbound: [
          OutboundDraft(to: .agent(agent.id), type: envelope.type.rawValue, envelope: try envelope.serialized())
        ], timeline: timeline), at: now)
    hub.wake([agent.id])
    return CommandView(record: record, agentLabel: agent.label)
  }

  private func check(_ renewal: LeaseRenewal, of record: CommandRecord, at now: Timestamp) throws(CordonError) {
    guard record.command.agentID == renewal.agentID else {
      throw CordonError(.invalid, "renewal-target", "The renewal names another agent than the command.")
    }
    guard record.command.action.name.isReversible else {
      throw CordonError(.conflict, "not-reversible", "\(record.command.action.name.rawValue) has no lease.")
    }
    guard record.state == CommandState.held.rawValue else {
      throw CordonError(
        .conflict, "command-state", "The command is \(record.state); only a held one has a lease to renew.",
        remedy: "Propose it anew: cordon command propose.")
    }
    guard renewal.until <= record.command.maxUntil else {
      throw CordonError(
        .denied, "lease", "The command was signed to last no longer than \(record.command.maxUntil.milliseconds) ms.",
        remedy: "Propose it anew; --longest leaves room for renewals.")
    }
    guard renewal.until > max(now, record.outcome?.leaseUntil ?? now) else {
      throw CordonError(.invalid, "lease", "The renewal ends before the lease that is running.")
    }
  }
}
