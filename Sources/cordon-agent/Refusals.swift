import CordonCore
import Synchronization

/// The last reason why a connection was refused: what a person needs when a call merely says `unavailable`.
final class Refusals: Sendable {
  private let state = Mutex<CordonError?>(nil)

  var last: CordonError? { state.withLock { $0 } }

  func note(_ error: CordonError) { state.withLock { $0 = error } }
}
