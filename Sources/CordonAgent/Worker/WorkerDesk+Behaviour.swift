import CordonCore
import CordonLearning
import CordonWire
import SwiftProtobuf
import Synchronization

extension WorkerDesk.State {
  /// The stage, whether or not there is a pipeline yet.
  var stage: BehaviourStage {
    get { pipeline?.behaviour ?? behaviour }
    set { if pipeline == nil { behaviour = newValue } else { pipeline?.behaviour = newValue } }
  }

  /// Changes the stage where it is: a copy would be as large as all that was learned.
  mutating func change<Result>(_ body: (inout BehaviourStage) -> Result) -> Result {
    guard pipeline != nil else { return body(&behaviour) }
    return body(&pipeline!.behaviour)
  }
}

/// What models and what was learned are to the desk.
extension WorkerDesk {
  /// Between two reports to the keeper, which shows them to the machine's administrator.
  private static let keeperPeriod = Duration.seconds(10)

  /// Lets a model score a schema from the next window on; nil: none.
  func use(_ model: ModelInForce?, schema: UInt32, role: ModelOffer.Role) {
    state.withLock { state in state.change { $0.use(model, schema: schema, role: role) } }
  }

  package func champion(of schema: UInt32) -> ModelInForce? {
    state.withLock { $0.stage.model(of: schema, role: .champion) }
  }

  /// What is known of each entity of a schema, with its past windows that are not saved yet.
  func watches(of schema: UInt32) -> [(key: BehaviourStage.Key, watch: EntityWatch, unsaved: [PastWindow])] {
    state.withLock { state in
      let stage = state.stage
      return stage.watches(of: schema).map { ($0.key, $0.watch, stage.unsaved(of: $0.key)) }
    }
  }

  /// What the policy says of learning, and the site's time zone.
  var learning: (policy: Policy.Learning, timeZone: String) {
    state.withLock { ($0.policy.learning, $0.policy.timeZone) }
  }

  /// Takes what became of models, for the next heartbeat, which is due now.
  func report(_ shelf: ModelShelf) {
    state.withLock { state in
      guard state.shelf != shelf else { return }
      state.shelf = shelf
      state.changes += 1
      state.toldKeeper = .epoch
    }
  }

  /// Hands what was learned to a store; what the store cannot keep waits here.
  package func saveBehaviour(in store: BehaviourStore) async {
    let (states, past) = state.withLock { state in state.change { $0.takeUnsaved() } }
    guard await !store.save(states, past) else { return }
    state.withLock { state in state.change { $0.putBack(past) } }
  }

  func tellKeeper(at now: Timestamp) {
    let message = state.withLock { state -> Cordon_V1_WorkerMessage? in
      guard abs(now.since(state.toldKeeper).milliseconds) >= Self.keeperPeriod.milliseconds else { return nil }
      state.toldKeeper = now
      let counters = state.pipeline?.counters ?? WorkerCounters()
      return .with { message in
        message.state.observed = counters.observed
        message.state.dropped = counters.dropped
        message.state.models = ModelReport.uses(state.shelf, state.stage).map(Cordon_V1_ModelUse.init)
      }
    }
    if let message { link.send(message) }
  }
}
