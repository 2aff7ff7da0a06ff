import CordonContainment
import CordonCore
import CordonTelemetry
import CordonWire
import FoundationEssentials
import SwiftProtobuf
import Synchronization

extension KeeperCore {
  /// Opens names for people who signed for it, and answers to the key of whoever asks; this machine keeps no copy.
  ///
  /// A name that comes without its sealed form, as of a user whom the collector alone has scored, is asked of the worker.
  /// What cannot be answered is answered so: the outcome says why, and the collector's ledger has it.
  /// Codes: `other-agent`, `clock`; in outcomes those of `SealedNames`, `answer-key`, `budget`, `name-not-met`.
  func disclose(_ order: UnsealOrder, for state: inout State, at now: Timestamp) throws(CordonError) {
    guard order.agentID == agentID else {
      throw Refusal.otherAgent.error("The order is for the agent \(order.agentID), not for this one.")
    }
    guard now <= order.notAfter, order.notAfter.since(now) <= UnsealOrder.mostValidity else {
      throw Refusal.clock.error("The order to unseal is not valid now.")
    }
    do throws(CordonError) {
      try state.unseal.take(order.names.count, at: now)
    } catch { return state.disclosures.append(Self.refusal(of: order, error, at: now)) }
    let unknown = order.names.map(\.entity).filter { entity in
      order.names.contains { $0.entity == entity && $0.sealedName.isEmpty }
    }
    guard !unknown.isEmpty else { return state.disclosures.append(answer(order, at: now)) }
    state.unseal.wait(for: order, at: now)
    state.questions.append(
      .with {
        $0.orderID = Data(order.id.bytes)
        $0.entities = unknown.map(Cordon_V1_EntityRef.init)
      })
  }

  /// The worker's answer to a question of `disclose`; believed as far as each name fits its pseudonym.
  func hear(_ message: Cordon_V1_NameAnswer) {
    guard let id = UniqueID(bytes: message.orderID) else { return }
    let met = message.names.prefix(UnsealOrder.mostNames).compactMap { try? $0.domain() }
    let now = clock.now
    state.withLock { state in
      guard var order = state.unseal.take(id) else { return }
      for index in order.names.indices where order.names[index].sealedName.isEmpty {
        guard let name = met.first(where: { $0.entity == order.names[index].entity }) else { continue }
        order.names[index].sealedName = name.sealedName
      }
      state.disclosures.append(answer(order, at: now))
    }
  }

  /// Sends what `disclose` asks and answered, outside the lock; questions that nobody answers are answered so.
  func tellDisclosures() {
    let now = clock.now
    let (questions, outcomes) = state.withLock { state in
      let late = state.unseal.takeLate(at: now).map { Self.refusal(of: $0, Self.notMet, at: now) }
      defer { (state.questions, state.disclosures) = ([], []) }
      return (state.questions, state.disclosures + late)
    }
    send(questions.map { question in .with { $0.nameQuestion = question } })
    send(outcomes.map { outcome in .with { $0.outcome = Cordon_V1_Outcome(outcome) } })
  }

  private static let notMet = CordonError(
    .missing, "name-not-met", "This machine has not met whom a pseudonym stands for since its agent started.",
    remedy: "Ask another machine that the person used, with --agent.")

  private func answer(_ order: UnsealOrder, at now: Timestamp) -> Outcome {
    var outcome = Outcome(commandID: order.id, state: .held, at: now)
    do throws(CordonError) {
      for (place, sealed) in order.names.enumerated() {
        guard !sealed.sealedName.isEmpty else { throw Self.notMet }
        let name = try SealedNames.open(sealed, keys: names.keys)
        outcome.unsealed.append(
          try UnsealedNames.seal(name, to: order.answerKey, order: order.id, place: place))
      }
      return outcome
    } catch { return Self.refusal(of: order, error, at: now) }
  }

  private static func refusal(of order: UnsealOrder, _ error: CordonError, at now: Timestamp) -> Outcome {
    var outcome = Outcome(commandID: order.id, state: .refused, at: now)
    outcome.code = error.code
    outcome.message = error.message
    return outcome
  }
}

/// How many names this machine opens: enough for an incident, too few to read a staff list out of it; and what waits
/// for the worker's word.
struct UnsealDuty: Sendable {
  static let mostAnHour = 64
  /// How long the worker may take to say whom it has met.
  static let patience = Duration.seconds(10)

  private var opened: [(count: Int, at: Timestamp)] = []
  private var waiting: [(order: UnsealOrder, since: Timestamp)] = []

  mutating func take(_ count: Int, at now: Timestamp) throws(CordonError) {
    opened.removeAll { abs(now.since($0.at).milliseconds) >= AuthorityLimits.hour.milliseconds }
    let sum = opened.reduce(0) { $0 + $1.count }
    guard sum + count <= Self.mostAnHour else {
      throw Refusal.budget.error("This machine has opened \(sum) names in the last hour.")
    }
    opened.append((count, now))
  }

  /// At most as many as the names of an hour, by `take`.
  mutating func wait(for order: UnsealOrder, at now: Timestamp) { waiting.append((order, now)) }

  /// An order that waits, which it then does no more.
  mutating func take(_ id: UniqueID) -> UnsealOrder? {
    guard let place = waiting.firstIndex(where: { $0.order.id == id }) else { return nil }
    return waiting.remove(at: place).order
  }

  /// Orders that have waited too long; they do no more.
  mutating func takeLate(at now: Timestamp) -> [UnsealOrder] {
    let late = waiting.filter { abs(now.since($0.since).milliseconds) >= Self.patience.milliseconds }
    waiting.removeAll { entry in late.contains { $0.order.id == entry.order.id } }
    return late.map(\.order)
  }
}
