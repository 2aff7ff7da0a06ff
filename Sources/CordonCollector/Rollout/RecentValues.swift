import CordonCore
import CordonLearning
import Synchronization

/// Gathers the values of a schema's recent windows, to be compared with those of a training.
final class RecentValues: Sendable {
  private let schema: FeatureSchema
  private let most: Int
  private let state: Mutex<(baseline: PeerBaseline, taken: Int)>

  init(schema: FeatureSchema, most: Int) {
    self.schema = schema
    self.most = most
    state = Mutex((PeerBaseline(featureCount: schema.features.count), 0))
  }

  var baseline: PeerBaseline { state.withLock { $0.baseline } }

  /// Takes in a window of the schema; false once enough were.
  func take(_ window: EntityWindow) -> Bool {
    guard window.schema == schema.id, window.features.count == schema.features.count, !window.isSkewed else {
      return true
    }
    let values = zip(schema.features, window.features).map { $0.transform.value(of: $1) }
    return state.withLock { state in
      state.baseline.learn(values, at: HourOfWeek(window.start))
      state.taken += 1
      return state.taken < most
    }
  }
}
