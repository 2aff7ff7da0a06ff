import CordonCore
import CordonStore
import CordonTrust

/// Finds somebody who can look at a block from outside, and takes in what they saw.
///
/// The one who can is the machine whose address is blocked, where it is of this site: its agent told us the pseudonyms of
/// its addresses. It is asked with the standing key, tries a few connections and sends nothing. Without such a machine a
/// block stays self-reported, and the outcome says so.
struct Witnesses: Sendable {
  /// How long a request waits for its witness.
  static let validity: Duration = .seconds(600)

  let context: CollectorContext
  let hub: UplinkHub

  /// The request that a newly held block gives cause to; nil where nobody can be asked.
  func request(for record: CommandRecord, at now: Timestamp) throws(CordonError) -> (OutboundDraft, AgentID)? {
    guard record.state == CommandState.held.rawValue, let outcome = record.outcome, outcome.verifiedBy == "self",
      let place = outcome.probe, case .blockAddress(let blocked) = record.command.action,
      let witness = hub.owner(of: blocked.entity), witness != record.command.agentID
    else { return nil }
    let request = WitnessRequest(
      agentID: witness, commandID: record.command.id, holderID: record.command.agentID, place: place, blocked: blocked,
      notAfter: now.advanced(by: Self.validity))
    let envelope = try request.sealed(by: [context.identity.standing])
    return (
      OutboundDraft(to: .agent(witness), type: envelope.type.rawValue, envelope: try envelope.serialized()), witness
    )
  }

  /// Whether an outcome is a witness's word on another agent's hold.
  func isWitness(_ stored: StoredOutcome, of record: CommandRecord) -> Bool {
    guard stored.outcome.verifiedBy == WitnessRequest.witness(stored.key.agent), !stored.outcome.isReflex,
      record.state == CommandState.held.rawValue, case .blockAddress(let blocked) = record.command.action
    else { return false }
    return hub.owner(of: blocked.entity) == stored.key.agent
  }

  /// The hold as the witness saw it: witnessed, or contradicted.
  func change(_ record: CommandRecord, by stored: StoredOutcome) -> CommandChange {
    let seen = stored.outcome
    var record = record
    record.updatedAt = context.now
    let isSeen = seen.code.isEmpty
    if isSeen { record.outcome?.verifiedBy = seen.verifiedBy }
    let lines = isSeen ? seen.evidence : ["\(seen.code): \(seen.message)"]
    record.outcome?.evidence += lines.map { "witness: \($0)" }
    var details = ["witness": seen.verifiedBy, "result": isSeen ? "witnessed" : seen.code]
    for (index, line) in lines.prefix(4).enumerated() { details["evidence_\(index)"] = line }
    let what =
      isSeen ? "seen from outside" : seen.code == "answered" ? "contradicted from outside" : "not seen from outside"
    return CommandChange(
      record: record,
      consequences: Consequences(ledger: [
        context.record(.commandWitnessed, by: seen.verifiedBy, on: "command/\(seen.commandID)", details)
      ]),
      text: "\(record.command.action.name.rawValue): \(what) – \(lines.first ?? "")")
  }
}
