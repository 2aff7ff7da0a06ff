import CordonContainment
import CordonCore
import CordonTelemetry
import CordonWire
import SwiftProtobuf

extension KeeperCore {
  /// Opens names for people who signed for it, and answers to the key of whoever asks; this machine keeps no copy.
  ///
  /// What cannot be answered is answered so: the outcome says why, and the collector's ledger has it.
  /// Codes: `other-agent`, `clock`; in outcomes those of `SealedNames`, `answer-key`, `budget`.
  func disclose(_ order: UnsealOrder, for state: inout State, at now: Timestamp) throws(CordonError) {
    guard order.agentID == agentID else {
      throw Refusal.otherAgent.error("The order is for the agent \(order.agentID), not for this one.")
    }
    guard now <= order.notAfter, order.notAfter.since(now) <= UnsealOrder.mostValidity else {
      throw Refusal.clock.error("The order to unseal is not valid now.")
    }
    var outcome = Outcome(commandID: order.id, state: .held, at: now)
    do throws(CordonError) {
      try state.unseal.take(order.names.count, at: now)
      for (place, sealed) in order.names.enumerated() {
        let name = try SealedNames.open(sealed, keys: names.keys)
        outcome.unsealed.append(
          try UnsealedNames.seal(name, to: order.answerKey, order: order.id, place: place))
      }
    } catch {
      outcome.state = .refused
      outcome.code = error.code
      outcome.message = error.message
      outcome.unsealed = []
    }
    state.disclosures.append(outcome)
  }

  /// Sends what `disclose` answered, outside the lock.
  func tellDisclosures() {
    let outcomes = takeDisclosures()
    send(outcomes.map { outcome in .with { $0.outcome = Cordon_V1_Outcome(outcome) } })
  }
}

/// How many names this machine opens: enough for an incident, too few to read a staff list out of it.
struct UnsealDuty: Sendable {
  static let mostAnHour = 64

  private var opened: [(count: Int, at: Timestamp)] = []

  mutating func take(_ count: Int, at now: Timestamp) throws(CordonError) {
    opened.removeAll { abs(now.since($0.at).milliseconds) >= AuthorityLimits.hour.milliseconds }
    let sum = opened.reduce(0) { $0 + $1.count }
    guard sum + count <= Self.mostAnHour else {
      throw Refusal.budget.error("This machine has opened \(sum) names in the last hour.")
    }
    opened.append((count, now))
  }
}
