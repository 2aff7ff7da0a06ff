package import CordonCore
package import CordonStore
import CordonTrust
import Logging
import Synchronization

/// Orders that the collector gives by itself, within what an operator-signed policy lets its standing key do.
///
/// The agent checks the same policy, budget and interlock again: a stolen collector gains nothing beyond them.
package final class StandingOrders: Sendable {
  /// An order with all that follows from it, for the transaction that stores its cause.
  package struct Order: Sendable {
    package var record: CommandRecord
    package var consequences: Consequences
  }

  /// Automation acts on nothing older.
  package static let longestLag: Duration = .seconds(300)
  /// How long an order may wait for its agent.
  package static let validity: Duration = .seconds(600)
  /// Orders looked at after a start, for the budgets of the last hour.
  private static let mostRestored = 10_000

  private let context: CollectorContext
  private let authority: AuthorityBook
  private let budget = Mutex(StandingBudget())

  package init(context: CollectorContext, authority: AuthorityBook) {
    self.context = context
    self.authority = authority
  }

  /// Takes up what was ordered within the last hour, so that a restart gives no second budget.
  package func restore() async throws {
    let since = context.now.advanced(by: .zero - StandingBudget.window)
    let orders = try await context.store.commands(since: since, most: Self.mostRestored).filter(\.isStanding)
    budget.withLock { $0.restore(orders.map { ($0.command.action.name, $0.proposedAt) }) }
  }

  /// The order that a detection calls for; nil where none does, or none is allowed.
  package func order(
    for stored: StoredDetection, label: String, incident: UniqueID
  ) async throws -> Order? {
    let now = context.now
    let detection = stored.detection
    guard let agent = stored.agent, detection.kind == .tripwire, detection.severity >= .high,
      now.since(detection.eventTime) <= Self.longestLag, detection.eventTime.since(now) <= Self.longestLag,
      let known = try await context.store.agent(agent), known.state == .enrolled
    else { return nil }
    let policy = authority.policy(of: known.group)
    let offset = known.clockOffset < .zero ? .zero - known.clockOffset : known.clockOffset
    guard offset <= policy.clockTolerance else { return nil }
    for action in Self.candidates(for: detection, policy) where try await !isContained(action, on: agent) {
      do {
        try ContainmentRule.checkStanding(action.name, label: label, policy: policy)
      } catch {
        context.logger.debug("no standing order", metadata: ["agent": "\(agent)", "why": "\(error.code)"])
        continue
      }
      let most = policy.containment.standing.budgets[action.name] ?? 0
      guard budget.withLock({ $0.take(action.name, most: most, at: now) }) else {
        context.logger.warning(
          "standing budget spent; people must order",
          metadata: ["agent": "\(agent)", "action": "\(action.name.rawValue)"])
        continue
      }
      return try make(action, on: agent, policy: policy, for: detection, incident: incident, at: now)
    }
    return nil
  }

  /// What a detection calls for, the most urgent first, without what the agent does by reflex.
  private static func candidates(for detection: Detection, _ policy: Policy) -> [Action] {
    var actions: [Action] = []
    if let process = detection.process { actions.append(.suspendProcess(process)) }
    actions += detection.entities.filter { $0.entity.kind == .address && ($0.part == .source || $0.part == .target) }
      .map(Action.blockAddress)
    let reflex = policy.containment.reflex
    return actions.filter { !(reflex.isEnabled && reflex.actions.contains($0.name)) }
  }

  /// Whether the same was ordered or is held already.
  private func isContained(_ action: Action, on agent: AgentID) async throws -> Bool {
    let active: Set<String> = [CommandState.ordered.rawValue, CommandState.held.rawValue]
    return try await context.store.commands(in: active, most: Self.mostRestored).contains {
      $0.command.agentID == agent && $0.command.action == action
    }
  }

  private func make(
    _ action: Action, on agent: AgentID, policy: Policy, for detection: Detection, incident: UniqueID,
    at now: Timestamp
  ) throws -> Order {
    let lease = action.name.isReversible ? policy.containment.standing.lease : .zero
    let command = Command(
      id: context.ids.next(at: now), agentID: agent, action: action, notBefore: now,
      notAfter: now.advanced(by: Self.validity), lease: lease, maxUntil: now.advanced(by: lease),
      reason: "Standing authority of policy \(policy.serial): \(detection.rule).", incidentID: incident)
    let envelope = try command.sealed(by: [context.identity.standing])
    let bytes = try envelope.serialized()
    let record = CommandRecord(
      command: command, state: CommandState.ordered.rawValue, envelope: bytes, proposedBy: context.actor,
      proposedAt: now, approvedBy: [context.name], signatures: 1, signaturesNeeded: 1, isStanding: true, updatedAt: now)
    return Order(
      record: record,
      consequences: Consequences(
        ledger: [
          context.record(
            .commandOrdered, on: "command/\(command.id)",
            [
              "agent": "\(agent)", "action": action.name.rawValue, "authority": "standing",
              "policy": "\(policy.serial)", "detection": "\(detection.id)",
            ])
        ],
        outbound: [OutboundDraft(to: .agent(agent), type: envelope.type.rawValue, envelope: bytes)],
        timeline: [
          TimelineEntry(
            incident: incident, at: now, kind: "command-ordered",
            text: "\(action.name.rawValue) ordered by standing authority of policy \(policy.serial)")
        ]))
  }
}
